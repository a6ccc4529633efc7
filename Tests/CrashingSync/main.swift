// Runs one sync of a scenario and kills itself at a step: the child of the test that a crash loses nothing.
//
//     CrashingSync <scenario> <folder> <day> <step>

import Foundation
import SyncModel

let arguments = CommandLine.arguments
guard arguments.count == 5, let scenario = SyncScenario.named(arguments[1]), let day = Int(arguments[3]),
    let step = Int(arguments[4])
else {
    print("CrashingSync <scenario> <folder> <day> <step>")
    exit(64)
}
try await scenario.run(arguments[2], day: day, crash: CrashPoint(.kill, at: step))
