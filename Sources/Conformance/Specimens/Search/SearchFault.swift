import Columns
import Tributary

/// What a fault bends in the search; by default nothing.
struct SearchBend: SpecimenBend {
    /// Each endpoint, to be told by its name.
    var endpoint: @Sendable (inout RESTEndpoint) -> Void = { _ in }
}

/// A seeded fault of the search.
struct SearchFault: SpecimenFault {
    let fault: SeededFault
    let bend: SearchBend

    static let all = [
        SearchFault("token-sent-under-another-name", "Sends the page's token in a member that the API does not know.") {
            $0.endpoint = { endpoint in
                endpoint.paginator = .cursor(parameter: .body("pageToken"), from: "next_page_token")
            }
        },
        SearchFault("search-for-one-parent", "Asks for the trials of the first study for each of them.") {
            $0.endpoint = { if $0.name == "trials" { $0.body?["study_ids"] = ["s1"] } }
        },
        SearchFault("lifted-path-misspelt", "Lifts a column out of a member that the nested object does not have.") {
            $0.endpoint = { endpoint in
                if endpoint.name == "trials" { endpoint.lifting.append(LiftedColumn("stage", from: "info.stge")) }
            }
        },
        SearchFault("condition-in-another-place", "Puts the bound beside the member that the API filters by.") {
            $0.endpoint = { endpoint in
                if endpoint.name == "changes" {
                    endpoint.incremental[0].start?.parameter = .body("changed_since")
                }
            }
        },
        SearchFault("bound-left-to-the-position", "Asks for further pages of a search by their token alone.") {
            $0.endpoint = { endpoint in
                guard endpoint.name == "changes" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in
                        if position.isNull { return }
                        request.set(.body("page_token"), position)
                        request.body?["filter"] = nil
                    }, next: { _, page, _ in page.value("next_page_token").flatMap { $0.isNull ? nil : $0 } })
            }
        },
        SearchFault("increments-offered-and-not-recorded", "Offers increments of a list that it never asked for any.") {
            $0.endpoint = { endpoint in
                if endpoint.name == "studies" {
                    endpoint.incremental = [.datetime("created_at", parameter: .body("filter.created_since"))]
                }
            }
        },
        SearchFault("order-not-asked-for-in-the-body", "Leaves the order out of the body of a search.") {
            $0.endpoint = { if $0.name == "changes" { $0.body = [:] } }
        },
        SearchFault("bound-in-the-body-without-offset", "Prints the bound of a search without an offset.") {
            $0.endpoint = { endpoint in
                guard endpoint.name == "changes" else { return }
                endpoint.paginator = Paginator(
                    apply: { position, request in
                        if !position.isNull { request.set(.body("page_token"), position) }
                        guard let text = request.body?["filter"]?["changed_since"]?.string else { return }
                        request.set(.body("filter.changed_since"), .string(text.replacing("Z", with: "")))
                    }, next: { _, page, _ in page.value("next_page_token").flatMap { $0.isNull ? nil : $0 } })
            }
        },
    ]
}

extension Specimen {
    /// Studies, the trials of each, and changes, all searched for by POST.
    static let search = Specimen(
        "search", faults: SearchFault.all.map(\.fault), source: { _ in AnySource(SearchSource.self) },
        fixture: { _ in SearchFixture.clean })
}
