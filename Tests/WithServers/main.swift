import Foundation
import TestSupport
import Tributary

// Runs a command beside a PostgreSQL and a MariaDB server of its own, named in the environment as `tributary check` reads
// them:
//
//     swift run with-servers .build/release/tributary check --profile full

guard CommandLine.arguments.count > 1 else {
    FileHandle.standardError.write(Data("with-servers: name the command to run.\n".utf8))
    exit(64)
}

func url(_ scheme: String, _ endpoint: DatabaseEndpoint, _ database: String) -> String {
    var parts = URLComponents()
    parts.scheme = scheme
    parts.host = endpoint.host
    parts.port = endpoint.port
    parts.user = endpoint.user
    parts.password = endpoint.password?.revealed
    parts.path = "/" + database
    return parts.string ?? ""
}

let postgres = try await PostgresServer.shared().endpoint("postgres")
let mariaDB = try await MariaDBServer.shared().endpoint("mysql")
let command = Process()
command.executableURL = URL(filePath: "/usr/bin/env")
command.arguments = Array(CommandLine.arguments.dropFirst())
command.environment = ProcessInfo.processInfo.environment.merging([
    "TRIBUTARY_CHECK_POSTGRES": url("postgres", postgres, "postgres"),
    "TRIBUTARY_CHECK_MYSQL": url("mysql", mariaDB, "mysql"),
]) { $1 }
try command.run()
command.waitUntilExit()
exit(command.terminationStatus)
