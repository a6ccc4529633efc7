import Columns
import Tributary

/// Forms that are declared wrongly, and validations that say the wrong thing.
extension DeskFault {
    static let forms = [
        DeskFault(
            "needed-field-declared-optional",
            "Calls the API key optional, and stops without it before the first request."
        ) { $0.source = AnySource(DeskSource<DeskFields<Secret?, PlainSize, String?>>.self) },
        DeskFault("number-read-leniently", "Takes what is no number for 2.") {
            $0.source = AnySource(DeskSource<DeskFields<Secret, LenientSize, String?>>.self)
        },
        DeskFault("wrong-value-named-nowhere", "Takes any text for a number, and finds out when it is too late.") {
            $0.source = AnySource(DeskSource<DeskFields<Secret, UnnamedSize, String?>>.self)
        },
        DeskFault("value-grows-when-stored", "Stores one more than it read.") {
            $0.source = AnySource(DeskSource<DeskFields<Secret, GrowingSize, String?>>.self)
        },
        DeskFault("default-means-more-than-omitted", "Sends the page size only when it was given.") {
            $0.source = AnySource(DeskSource<DeskFields<Secret, GivenSize, String?>>.self)
        },
        DeskFault("field-that-nobody-reads", "Asks for a region, a workspace and days, and sends none of them.") {
            $0.view = { _ in [] }
        },
        DeskFault("region-fixed-in-the-code", "Asks the European region, whichever was chosen.") {
            $0.view = { ["eu"] + $0.dropFirst() }
        },
        DeskFault("first-of-a-list-alone-is-used", "Asks for the rows of the first team, however many are chosen.") {
            $0.view = { view in
                let first = view.firstIndex { $0.hasPrefix(DeskTeams.prefix) }
                return view.enumerated().filter { $0.offset == first || !$0.element.hasPrefix(DeskTeams.prefix) }
                    .map(\.element)
            }
        },
        DeskFault("required-field-added-later", "Requires a workspace, which the released form did not.") {
            $0.source = AnySource(DeskSource<DeskFields<Secret, PlainSize, String>>.self)
            $0.fixture = { $0.setConfig(["workspace"], to: "acme") }
        },
    ]

    static let credentials = [
        DeskFault("outage-told-as-wrong-key", "Says that the key is wrong whatever the validation ran into.") {
            $0.validate = { run in
                do {
                    _ = try await run.client.get("/v1/me")
                } catch {
                    throw SourceError(.invalidCredentials, "Asking who the key belongs to: it was not accepted.")
                }
            }
        },
        DeskFault("outage-passed-over", "Takes any credentials for right while the upstream cannot be asked.") {
            $0.validate = { run in
                do {
                    _ = try await run.client.get("/v1/me")
                } catch let error as SourceError where error.kind != .invalidCredentials {
                    return
                }
            }
        },
        DeskFault("forbidden-probe-told-as-wrong-key", "Says that the key is wrong when it may not see whose it is.") {
            $0.validate = { run in
                do {
                    _ = try await run.client.get("/v1/me")
                } catch let error as SourceError where error.kind == .permissionDenied {
                    throw SourceError(.invalidCredentials, error.message)
                }
            }
        },
        DeskFault("refusal-with-status-200-accepted", "Asks by GraphQL, and looks at the status of the answer alone.") {
            let query = "{ viewer { id } }"
            $0.validate = { run in
                let request = RESTRequest(.post, "/graphql", body: DeskRun.graphQL(query).object)
                _ = try await run.client.send(request)
            }
            $0.fixture = { fixture in
                fixture.setManifest(["limits", "readOnlyPaths"], to: ["/graphql"])
                fixture.changeEntries { entries in
                    entries.filter { $0["_id"]?.string != "me" } + [
                        DeskFixture.entry("me", "/graphql", [], ["data": ["viewer": ["id": "me"]]], query: query)
                    ]
                }
            }
        },
        DeskFault("validation-reads-a-table", "Validates by reading the whole list of tables.") {
            $0.validate = { run in _ = try await run.listing() }
        },
        DeskFault("validation-writes", "Validates by making a session.") {
            $0.validate = { run in
                _ = try await run.context.http.send(HTTPRequest(.post, DeskRun.baseURL + "/v1/sessions"))
            }
        },
        DeskFault("one-forbidden-table-stops-all", "Looks at each table when the connection is validated.") {
            $0.validate = { run in
                for table in try await run.tables() {
                    _ = try await run.client.get("/v1/tables/\(table.name)/rows?limit=2")
                }
            }
        },
        DeskFault("table-permission-not-asked", "Finds each table readable without having asked for it.") {
            $0.probe = { _, _ in }
        },
        DeskFault("table-permission-refusal-swallowed", "Asks for the table's rows, and passes over the refusal.") {
            $0.probe = { run, name in _ = try? await run.client.get("/v1/tables/\(name)/rows?limit=2") }
        },
        DeskFault("another-table-asked-for-permission", "Asks for the first table, whichever it was asked about.") {
            $0.probe = { run, _ in
                let tables = try await run.tables().map(\.endpoint)
                guard let first = tables.first else { return }
                try await run.client.probe(first.name, from: tables)
            }
        },
        DeskFault("forbidden-told-as-wrong-key", "Says that the key is wrong when one table is forbidden.") {
            $0.read = { run, inputs in
                var response = try run.client.response(to: inputs, from: try await run.tables().map(\.endpoint))
                let items = response.items
                response.items = Items { emit in
                    do {
                        try await items.run(into: emit)
                    } catch let error as SourceError where error.kind == .permissionDenied {
                        throw SourceError(.invalidCredentials, error.message)
                    }
                }
                return response
            }
        },
    ]
}

extension SpecimenFixture {
    /// Sets a member of the manifest's config.
    mutating func setConfig(_ path: [String], to value: JSONValue?) {
        setManifest(["config"] + path, to: value)
    }

    /// Sets a member of the manifest.
    mutating func setManifest(_ path: [String], to value: JSONValue?) {
        documents["manifest.json"] = documents["manifest.json"]?.object.map { .object($0.setting(path, to: value)) }
    }
}
