import ArgumentParser
import Foundation
import Lake
import Pipeline
import Tributary

/// What a command's exit code tells a script. The table stands in `tributary help exit-codes` and in the README.
enum ExitStatus: Int32, CaseIterable {
    case success = 0
    case failure = 1
    case invalidConfig = 2
    case credentials = 3
    case unreachable = 4
    case upstream = 5
    case lake = 6
    case alreadyRunning = 7
    case billingLimit = 8
    case notFound = 9
    case usage = 64
    case interrupted = 130

    var meaning: String {
        switch self {
        case .success: "everything asked for was done"
        case .failure: "something unforeseen; the message says what"
        case .invalidConfig: "a setting is missing or wrong"
        case .credentials: "the upstream refused the credentials, or a permission is missing"
        case .unreachable: "the upstream cannot be reached, or did not answer in time; trying again later may help"
        case .upstream:
            "the upstream's data broke a rule: unexpected answer, missing or repeated key, changed type; or a check failed"
        case .lake: "the lake cannot be read or written: permissions, disk full, damaged table"
        case .alreadyRunning: "another run of this table is under way"
        case .billingLimit: "the rows to sync exceed the allowance"
        case .notFound: "no such source, connection, table or file"
        case .usage: "the command line is wrong"
        case .interrupted: "stopped by a signal; what was committed stays, and the next run goes on from there"
        }
    }

    /// The code for an error.
    init(for error: any Error) {
        switch error {
        case is CancellationError: self = .interrupted
        case let error as SourceError: self = Self.statuses[error.kind] ?? .failure
        case is LakeError: self = .lake
        default: self = .failure
        }
    }

    private static let statuses: [SourceError.Kind: ExitStatus] = [
        .invalidConfig: .invalidConfig, .driverMissing: .invalidConfig, .integrationMissing: .invalidConfig,
        .invalidCredentials: .credentials, .permissionDenied: .credentials, .addressRefused: .credentials,
        .unreachable: .unreachable, .timedOut: .unreachable, .rateLimited: .unreachable, .upstreamFailure: .unreachable,
        .unexpectedAnswer: .upstream, .limitExceeded: .upstream, .missingPrimaryKey: .upstream,
        .duplicatePrimaryKey: .upstream, .missingCursorField: .upstream, .columnTypeChanged: .upstream,
        .resumeTokenExpired: .upstream, .repeatedPage: .upstream, .storage: .lake, .corruptTable: .lake,
        .alreadyRunning: .alreadyRunning,
        .billingLimit: .billingLimit, .unknownSchema: .notFound, .unknownSource: .notFound, .notFound: .notFound,
    ]
}

extension ExitStatus {
    /// As ArgumentParser wants it thrown.
    var exitCode: ExitCode { ExitCode(rawValue) }
}
