import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// The command line against localstripe, a stand-in for Stripe that others wrote: record, inspect, check, record anew.
@Suite(.enabled(if: PythonOracle.isExpected, "\(PythonOracle.hint)"), .timeLimit(.minutes(5)))
struct RecordTests {
    private static let key = "sk_test_4eC39HqLyjWDarjtT1zdp7dc"

    /// A stand-in with some customers.
    private func standIn() async throws -> ForeignService {
        let service = try await ForeignService.localStripe()
        for number in 1...12 {
            var request = URLRequest(url: try #require(URL(string: service.url + "/v1/customers")))
            request.httpMethod = "POST"
            request.setValue(
                "Basic " + Data("\(Self.key):".utf8).base64EncodedString(), forHTTPHeaderField: "Authorization")
            request.httpBody = Data("email=user\(number)%40acme-corp.io&name=Ada+Lovelace+\(number)".utf8)
            _ = try await Self.send(request)
        }
        return service
    }

    private static func send(_ request: URLRequest) async throws -> Int {
        try await withCheckedThrowingContinuation { continuation in
            URLSession.shared.dataTask(with: request) { _, response, error in
                if let error { return continuation.resume(throwing: error) }
                continuation.resume(returning: (response as? HTTPURLResponse)?.statusCode ?? 0)
            }.resume()
        }
    }

    private func arguments(_ service: ForeignService, _ fixtures: String) -> [String] {
        [
            "--scenario", "local", "--fixtures", fixtures, "--no-validate", "--table", "customers", "--stand-in",
            "https://api.stripe.com=\(service.url)", "--set", "auth_method.selection=api_key", "--set",
            "auth_method.stripe_secret_key=\(Self.key)", "--json",
        ]
    }

    @Test("a stand-in answers for connecting and syncing as well; what is no pair is refused with an example")
    func syncedFromStandIn() async throws {
        let service = try await standIn()
        let folder = try TemporaryFolder("record")
        let tool = CommandLineTool(folder: folder.url)
        let place = ["--stand-in", "https://api.stripe.com=\(service.url)", "--state", folder.file("state").path]
        let made = try tool.run(
            [
                "connect", "stripe", "--name", "shop", "--no-validate", "--set", "auth_method.selection=api_key",
                "--set",
                "auth_method.stripe_secret_key=\(Self.key)",
            ] + place)
        #expect(made.status == 0, "\(made.errors)")
        let synced = try tool.run(
            ["sync", "shop", "customers", "--mode", "full-refresh", "--lake", folder.file("lake").path] + place)
        #expect(synced.status == 0 && synced.output.contains("12"), "\(synced.output) \(synced.errors)")
        let wrong = try tool.run(["schemas", "shop", "--stand-in", "api.stripe.com"])
        #expect(wrong.status == 64 && wrong.errors.contains("https://api.stripe.com=http://"), "\(wrong.errors)")
    }

    @Test("an access token stands for an account, and a later state is cut as the first one was")
    func laterState() async throws {
        let service = try await standIn()
        let folder = try TemporaryFolder("record")
        let fixtures = folder.file("Fixtures").path
        try Data("\(Self.key)\n".utf8).write(to: folder.file("token"))
        let tool = CommandLineTool(folder: folder.url)
        let common = [
            "record", "stripe", "--scenario", "local", "--fixtures", fixtures, "--no-validate", "--stand-in",
            "https://api.stripe.com/=\(service.url)/", "--set", "auth_method.selection=oauth", "--set",
            "auth_method.stripe_integration_id=@\(folder.file("token").path)", "--json",
        ]
        func tables(_ arguments: [String]) throws -> [[String: Any]] {
            let made = try tool.run(common + arguments)
            #expect(made.status == 0, "\(made.errors)")
            #expect(!(made.output + made.errors).contains(Self.key))
            return try #require((try made.json() as? [String: Any])?["tables"] as? [[String: Any]])
        }
        let limits = ["--table", "customers", "--mode", "full-refresh", "--max-pages", "2", "--page-size", "4"]
        let first = try tables(limits)
        #expect(first.first?["rows"] as? Int == 8 && first.first?["requests"] as? Int == 2)
        let gap = try tool.run(common + ["--state", "t2"])
        #expect(gap.status != 0 && gap.errors.contains("there is no t1 yet, only t0"), "\(gap.errors)")
        let second = try tables(["--state", "t1"])
        #expect(second.count == 1 && second.first?["rows"] as? Int == 8, "\(second)")
        let third = try tables(["--state", "t2", "--max-pages", "0"])
        #expect(third.first?["rows"] as? Int == 12, "\(third)")
        let names = try FileManager.default.subpathsOfDirectory(atPath: fixtures)
        for name in names where name.contains(".") {
            #expect(try !String(contentsOfFile: "\(fixtures)/\(name)", encoding: .utf8).contains(Self.key), "\(name)")
        }
    }

    @Test("an increment that is refused is told last, and by the exit code")
    func refusedIncrement() async throws {
        let server = try await LoopbackHTTPServer { request in
            request.query("created[gte]") == nil && request.query("created[lte]") == nil
                ? .json(
                    #"{"object": "list", "url": "/v1/customers", "has_more": false, "data": [{"id": "cus_1", "object": "customer", "created": 1767225600}]}"#
                )
                : .json(#"{"error": {"message": "Received unknown parameter: created"}}"#, status: 400)
        }
        let folder = try TemporaryFolder("record")
        let tool = CommandLineTool(folder: folder.url)
        let common = [
            "record", "stripe", "--fixtures", folder.file("Fixtures").path, "--no-validate", "--table", "customers",
            "--stand-in", "https://api.stripe.com=\(server.url)", "--set", "auth_method.selection=api_key", "--set",
            "auth_method.stripe_secret_key=\(Self.key)",
        ]
        let shown = try tool.run(common + ["--scenario", "local"])
        #expect(shown.status == 5, "\(shown.output)\n\(shown.errors)")
        let last = shown.errors.split(separator: "\n").last.map(String.init)
        #expect(last == "Recorded as full refreshes alone, for the reasons above: customers.", "\(shown.errors)")
        let report = try tool.run(common + ["--scenario", "again", "--json"]).json() as? [String: Any]
        #expect(report?["withoutIncrement"] as? [String] == ["customers"])
        let full = try tool.run(common + ["--scenario", "full", "--mode", "full-refresh"])
        #expect(full.status == 0, "\(full.errors)")
    }

    @Test("an origin that cannot be reached is told with the option that lets another server answer for it")
    func unreachable() throws {
        let folder = try TemporaryFolder("record")
        let result = try CommandLineTool(folder: folder.url).run(
            "record", "stripe", "--scenario", "local", "--fixtures", folder.file("Fixtures").path, "--stand-in",
            "https://api.stripe.com=http://127.0.0.1:9", "--set", "auth_method.selection=api_key", "--set",
            "auth_method.stripe_secret_key=\(Self.key)")
        #expect(
            result.status == 4 && result.errors.contains("is to answer for https://api.stripe.com"), "\(result.errors)")
    }

    @Test(
        "what is recorded passes the kit but for what was left out, holds nobody's data, and is the same when recorded anew"
    )
    func record() async throws {
        let service = try await standIn()
        let folder = try TemporaryFolder("record")
        let fixtures = folder.file("Fixtures").path
        let tool = CommandLineTool(folder: folder.url)
        let made = try tool.run(["record", "stripe", "--mode", "full-refresh"] + arguments(service, fixtures))
        #expect(made.status == 0, "\(made.errors)")
        let report = try #require(try made.json() as? [String: Any])
        let table = try #require((report["tables"] as? [[String: Any]])?.first)
        #expect(table["rows"] as? Int == 12 && table["requests"] as? Int == 3 && table["isModelled"] as? Bool == true)
        let files = try FileManager.default.subpathsOfDirectory(atPath: fixtures).filter { $0.contains(".") }
        let text = files.map { (try? String(contentsOfFile: "\(fixtures)/\($0)", encoding: .utf8)) ?? "" }.joined()
        for secret in [Self.key, "acme-corp", "Lovelace", service.url] { #expect(!text.contains(secret)) }
        #expect(text.contains("https://api.stripe.com/v1/customers?limit=100&starting_after="))

        let checked = try tool.run(
            "check", "stripe", "--fixtures", fixtures, "--profile", "quick", "--no-strict", "--format", "json")
        let cases = try #require((try checked.json() as? [String: Any])?["cases"] as? [[String: Any]])
        let failed = cases.filter { $0["isFailure"] as? Bool == true }.compactMap { $0["check"] as? String }
        // The source offers increments, and full refreshes alone were wanted.
        #expect(failed == ["fixture-increments-recorded"], "\(checked.output)\n\(checked.errors)")
        let again = try tool.run(["rerecord", "stripe"] + arguments(service, fixtures))
        let second = try #require(try again.json() as? [String: Any], "\(again.errors)")
        #expect((second["changed"] as? [String])?.isEmpty == true, "\(second["changed"] ?? "")")
        let twice = try tool.run(["record", "stripe"] + arguments(service, fixtures))
        #expect(twice.status == 2 && twice.errors.contains("tributary rerecord"))
    }

    @Test(
        "what could not be recorded is told last and by the exit code; recorded anew, limits are those that are given")
    func partial() async throws {
        let service = try await standIn()
        let folder = try TemporaryFolder("record")
        let fixtures = folder.file("Fixtures").path
        let tool = CommandLineTool(folder: folder.url)
        // The stand-in knows no disputes.
        let common = arguments(service, fixtures) + ["--table", "disputes"]
        let made = try tool.run(["record", "stripe", "--mode", "full-refresh"] + common)
        let report = try #require(try made.json() as? [String: Any], "\(made.errors)")
        #expect(report["leftOut"] as? [String] == ["disputes"])
        #expect((report["tables"] as? [[String: Any]])?.map { $0["name"] as? String } == ["customers"])
        #expect(made.status == 9)
        let shown = try tool.run(["rerecord", "stripe"] + common.filter { $0 != "--json" })
        #expect(shown.status == 9)
        let last = shown.errors.split(separator: "\n").last.map(String.init)
        #expect(last == "Left out, for the reasons above: disputes.", "\(shown.errors)")

        func rows(_ limits: String...) throws -> Int? {
            let again = try tool.run(["rerecord", "stripe"] + arguments(service, fixtures) + limits)
            #expect(again.status == 0, "\(again.errors)")
            let report = try #require(try again.json() as? [String: Any])
            return (report["tables"] as? [[String: Any]])?.first?["rows"] as? Int
        }
        #expect(try rows("--max-rows", "7") == 7)
        #expect(try rows("--max-pages", "1", "--page-size", "3") == 3)
        #expect(try rows() == 3, "they are the scenario's from then on")
        #expect(try rows("--max-pages", "0", "--max-rows", "0") == 12)
        let wrong = try tool.run(["rerecord", "stripe"] + arguments(service, fixtures) + ["--max-rows", "-1"])
        #expect(wrong.status == 64)
    }

    @Test("a recording is inspected, exported, and compared with the upstream of today")
    func afterwards() async throws {
        let service = try await standIn()
        let folder = try TemporaryFolder("record")
        let fixtures = folder.file("Fixtures").path
        let tool = CommandLineTool(folder: folder.url)
        let made = try tool.run(["record", "stripe", "--mode", "full-refresh"] + arguments(service, fixtures))
        #expect(made.status == 0, "\(made.errors)")
        let shown = try tool.run("fixtures", "inspect", "stripe", "--fixtures", fixtures)
        #expect(shown.status == 0 && shown.output.contains("0 days old, as recorded"), "\(shown.output)")
        let har = folder.file("plain.har").path
        let written = try tool.run(
            "fixtures", "export", "stripe", "--scenario", "local", "--fixtures", fixtures, "--output", har)
        #expect(written.status == 0, "\(written.errors)")
        let text = try String(contentsOfFile: har, encoding: .utf8)
        #expect(text.contains("has_more") && !text.contains("_file") && !text.contains("\"_id\""))
        let drift = try tool.run(["fixtures", "drift", "stripe"] + arguments(service, fixtures))
        #expect(drift.status == 0, "\(drift.output)\n\(drift.errors)")
        for page in 1...3 {
            let body = "\(fixtures)/stripe/local/bodies/customers-p\(page).json"
            let edited = try String(contentsOfFile: body, encoding: .utf8)
                .replacingOccurrences(of: "\"livemode\": false", with: "\"livemode\": \"no\"")
            try Data(edited.utf8).write(to: URL(filePath: body))
        }
        let drifted = try tool.run(["fixtures", "drift", "stripe"] + arguments(service, fixtures))
        #expect(drifted.status == 5 && drifted.output.contains("data[].livemode"))
        let resealed = try tool.run("fixtures", "inspect", "stripe", "--fixtures", fixtures)
        #expect(resealed.output.contains("edited since it was recorded"))
        let other = try tool.run(
            "fixtures", "import", "stripe", "--scenario", "seen", "--fixtures", fixtures, "--har", har, "--origin",
            "a colleague", "--set", "auth_method.selection=api_key", "--set", "auth_method.stripe_secret_key=x-4711-y")
        #expect(other.status == 0, "\(other.errors)")
        let manifest = try String(contentsOfFile: "\(fixtures)/stripe/seen/manifest.json", encoding: .utf8)
        #expect(manifest.contains("\"derived\""))
    }
}
