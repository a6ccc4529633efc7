import Foundation
import TestSupport

// Runs a command beside a PostgreSQL and a MariaDB server of its own, named in the environment as `tributary check` reads
// them:
//
//     swift run with-servers .build/release/tributary check --profile full

guard CommandLine.arguments.count > 1 else {
    FileHandle.standardError.write(Data("with-servers: name the command to run.\n".utf8))
    exit(64)
}

let postgres = try await PostgresServer.shared().endpoint("postgres")
let mariaDB = try await MariaDBServer.shared().endpoint("mysql")
let command = Process()
command.executableURL = URL(filePath: "/usr/bin/env")
command.arguments = Array(CommandLine.arguments.dropFirst())
command.environment = ProcessInfo.processInfo.environment.merging([
    "TRIBUTARY_CHECK_POSTGRES": postgres.url("postgres"),
    "TRIBUTARY_CHECK_MYSQL": mariaDB.url("mysql"),
]) { $1 }
try command.run()
command.waitUntilExit()
exit(command.terminationStatus)
