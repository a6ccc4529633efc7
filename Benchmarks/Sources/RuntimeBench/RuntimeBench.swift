import Foundation
import Pipeline

/// What the harness measures from outside: one process does one sync, or times one stage of it.
///
///     runtime-bench rest OUT URL initial|increment
///     runtime-bench postgres OUT PORT
///     runtime-bench parts PAGES OUT
@main
struct RuntimeBench {
    static func main() async throws {
        HeapSettings.keepBatchBuffers()
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("rest", 4): try await RESTBench(out: arguments[1], url: arguments[2]).run(step: arguments[3])
        case ("postgres", 3): try await PostgresBench(out: arguments[1], port: arguments[2]).run()
        case ("parts", 3): try await StageBench(pages: arguments[1], out: arguments[2]).run()
        default:
            FileHandle.standardError.write(Data("usage: runtime-bench rest|postgres|parts …\n".utf8))
            exit(64)
        }
    }
}

/// CPU seconds that this process has used, user and system.
func cpuSeconds() -> Double {
    var usage = rusage()
    getrusage(0, &usage)
    let user = Double(usage.ru_utime.tv_sec) + Double(usage.ru_utime.tv_usec) / 1e6
    return user + Double(usage.ru_stime.tv_sec) + Double(usage.ru_stime.tv_usec) / 1e6
}
