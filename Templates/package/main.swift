import Tributary
import TributaryCLI
import __Module__

await TributaryTool.main(.own)
