import SourceCatalog
import TributaryCLI

await TributaryTool.main(.builtIn)
