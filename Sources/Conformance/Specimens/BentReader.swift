import Columns
import Lake
import Pipeline
import Tributary

/// A runtime's side of a read, bent: what it hands to the source, and what it makes of the answer.
struct BentReader: TableReader {
    let base: any TableReader
    var inputs: @Sendable (inout SourceInputs) -> Void = { _ in }
    var response: @Sendable (inout SourceResponse, SourceInputs) -> Void = { _, _ in }

    var sourceType: String { base.sourceType }
    var nonRetryableErrors: [NonRetryableError] { base.nonRetryableErrors }
    var identity: JSONValue { base.identity }

    func schemas(in context: SourceContext) async throws -> [SourceSchema] { try await base.schemas(in: context) }

    func read(_ inputs: SourceInputs, in context: SourceContext) async throws -> SourceResponse {
        var inputs = inputs
        self.inputs(&inputs)
        var response = try await base.read(inputs, in: context)
        self.response(&response, inputs)
        return response
    }
}

/// A lake's storage, bent where small files are put.
struct BentStorage: LakeStorage {
    typealias Put = @Sendable (String, [UInt8], any LakeStorage) async throws -> Bool

    let base: any LakeStorage
    let put: Put

    var location: String { base.location }
    func list(_ folder: String) async throws -> [StoredFile] { try await base.list(folder) }
    func size(of path: String) async throws -> Int? { try await base.size(of: path) }
    func read(_ path: String, range: Range<Int>?) async throws -> [UInt8] { try await base.read(path, range: range) }
    func createFile(_ path: String) async throws -> any LakeFile { try await base.createFile(path) }
    func replace(_ path: String, with bytes: [UInt8]) async throws { try await base.replace(path, with: bytes) }
    func delete(_ path: String) async throws { try await base.delete(path) }
    func open(_ path: String) async throws -> any RandomAccessSource { try await base.open(path) }
    func putIfAbsent(_ path: String, _ bytes: [UInt8]) async throws -> Bool { try await put(path, bytes, base) }
}

extension JSONObject {
    /// Sets a stored cursor value to a moment, in the kind that the state has already.
    mutating func setMark(_ name: String, toSeconds seconds: Int64) {
        let kinds = ["last", "earliest", "top"].compactMap { self[$0]?["type"]?.string }
        guard let kind = kinds.first else { return }
        let isNumber = kind == "integer" || kind == "numeric"
        let text = isNumber ? String(seconds) : CursorValue.timestamp(seconds * 1_000_000).storedText
        self[name] = ["type": .string(kind), "value": .string(text)]
    }

    /// Takes the stored position away.
    mutating func dropPosition() { self["resume"] = nil }
}
