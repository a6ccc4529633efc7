/// Columns, keys, partitioning and JSON values are words of the author's contract: `import Tributary` is enough.
@_exported import Columns
