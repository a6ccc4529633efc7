import Columns
import Foundation
import Tributary

/// How an upstream answers in general: `model.json`. Objects come from the recording; this says how they are paged,
/// filtered, ordered and limited.
public struct ModelDeclaration: Sendable {
    /// One kind of object.
    public struct Collection: Sendable {
        public var name: String
        /// Members that identify an object within its parent, by their paths in the object: `info.run_id`.
        public var key: [String]
        /// The member that moves when an object is new, or changed, by its path.
        public var cursor: String?
        public var cursorFormat: CursorFormat
        /// Whether a change of an object moves its cursor: `updated_at` does, `created` does not; nil where nobody says.
        /// Who says that it does not knows what increments bring.
        public var cursorMovesOnUpdate: Bool?
        /// Members that the upstream may change in an object that is there.
        public var mutable: [String]
        /// Where the recorded answers hold its objects.
        public var sources: [Place]
        /// The schemas of the source that these objects become rows of.
        public var schemas: [String]
        /// The objects that lists of this collection belong to; nil where the list is one for all.
        public var parent: Parent?
        /// How the upstream tells that an object is gone; nil where it does not.
        public var deletion: Deletion?
        /// How long an object may be hidden after the time that its cursor says, by the API's word; nil: not at all.
        public var visibleAfter: Duration?
        /// Lists of children that each object shows the first of.
        public var embeds: [Embed] = []
        /// Columns of the table whose values lie deeper in the object, by their paths there: `id` to `info.run_id`. All
        /// others have the names of their members.
        public var columns: [String: String] = [:]
        /// Whether ``mutable`` is what the author says, be it that nothing changes, and not what nobody has said.
        public var saysMutable = false
    }

    /// The first children of an object, within it.
    public struct Embed: Sendable {
        public var member: String
        public var collection: String
        /// How many are shown.
        public var limit: Int
        /// The member's value, with `$rows`, `$more` and `$total` in place.
        public var envelope: JSONValue
    }

    /// How a deleted object is reported: a row with a mark and little else.
    public struct Deletion: Sendable {
        /// The member that is true.
        public var member: String
        /// Members that are left, beside the key and the cursor.
        public var keeps: [String]
    }

    /// How an object is told to belong to another: its list is asked for once for each parent.
    public struct Parent: Sendable {
        /// The collection of the parents.
        public var collection: String
        /// The parent's member by the name in the path of the children's list, or in its `when`: `customer` to `id`.
        public var names: [String: String]
        /// Columns that a row takes over from its parent: column to the parent's member.
        public var columns: [String: String]
        /// Whether the upstream never gives an id to children of two parents, as its documentation says.
        public var hasUniqueIDs = false
    }

    /// Where a recorded answer holds objects: its path's template, and the member with the list.
    public struct Place: Sendable {
        public var path: PathTemplate
        public var rows: String
        /// What a request for them says beside its path.
        public var when = Condition()
    }

    /// What parameters of a request must be: for several lists of one path, and for lists that name their parent in the
    /// query or in the body.
    public struct Condition: Sendable, Hashable {
        /// By parameter its text, or the JSON that a body has there. The name of a parent stands in braces.
        public var values: [String: String] = [:]
        /// The names that may stand in braces; others, such as those of GraphQL, are sent as they are.
        public var names: Set<String> = []

        public subscript(parameter: String) -> String? { values[parameter] }
    }

    /// How a cursor is spelt.
    public enum CursorFormat: String, Sendable, CaseIterable {
        case epochSeconds = "epoch-seconds"
        case epochMilliseconds = "epoch-milliseconds"
        case iso8601
        case date
        case integer
    }

    /// One list of the API.
    public struct Endpoint: Sendable {
        public var path: PathTemplate
        public var collection: String
        /// Attributes of an object that must equal values of the path or the query: attribute to template.
        public var scope: [String: String]
        public var order: [Order]
        /// Query parameters that choose another order: parameter, and by its value the order. Parameters that choose together,
        /// and their values, are joined by a plus: `sort+direction`, `created+asc`.
        public var orderParameters: [OrderParameter]
        public var filters: [Filter]
        public var page: Page
        /// The answer as it is sent, with `$rows`, `$more`, `$next`, `$nextURL`, `$total`, `$count` (rows of this
        /// page), `$page` and `$pages` in place, and `{name}` for a name of the path. `$next?` and `$nextURL?` are left
        /// out where there is no next, `$rows?` where there are no rows.
        public var envelope: JSONValue
        /// Header fields that tell of the list, such as `X-Total-Count` to `$total`: placeholders alone.
        public var headers = JSONObject()
        /// Matching objects beyond this number are never shown; nil means no cap.
        public var resultCap: Int?
        /// How a page beyond the cap is refused; nil: it is empty.
        public var resultCapStatus: Int?
        /// The fixed answer for a parent that is not there; nil: 404 where the path names it, else a list without objects.
        public var missingParentStatus: Int?
        /// What a request for it says beside its path.
        public var when = Condition()
    }

    public struct Order: Sendable, Hashable {
        public var field: String
        public var isDescending: Bool
    }

    public struct OrderParameter: Sendable {
        /// Several parameters that choose together are joined by a plus, and so are their values in `orders`.
        public var parameter: String
        public var orders: [String: [Order]]

        /// The parameters, each by itself.
        var names: [String] { parameter.split(separator: "+").map(String.init) }
    }

    /// A bound that a query parameter sets.
    public struct Filter: Sendable {
        /// How the member of an object and the parameter's value are compared.
        public enum Comparison: String, Sendable, CaseIterable {
            case equal = "="
            case less = "<"
            case lessOrEqual = "<="
            case greater = ">"
            case greaterOrEqual = ">="
        }

        /// Units of time that an upstream counts in, in microseconds. Days are those of UTC.
        public enum Whole: Int64, Sendable {
            case seconds = 1_000_000
            case days = 86_400_000_000
        }

        public var parameter: String
        /// The parameter's text with `{value}` where the bound stands, for upstreams that take an expression; nil: the bound
        /// is all of it.
        public var template: String?
        public var field: String
        public var comparison: Comparison
        public var format: CursorFormat?
        /// Of what both sides lose the parts before they are compared; nil compares them as they are.
        public var wholes: Whole?
        /// What counts when the parameter is not sent; nil filters nothing then.
        public var standard: String?
        /// The parameter's value that lets everything through.
        public var any: String?
    }

    /// How a list is paged.
    public struct Page: Sendable {
        /// The styles of paging.
        public enum Style: String, Sendable, CaseIterable {
            case single
            /// An opaque token in the answer, sent back in a parameter.
            case cursor
            /// The key of the last object of a page, sent back in a parameter.
            case lastKey = "last-key"
            case offset
            case page
            /// The whole URL of the next page in the answer's body.
            case nextURL = "next-url"
            /// The whole URL of the next page in a header.
            case link

            /// Whether a position says how many rows or pages lie before it, and names none of them.
            var isCounted: Bool { self == .offset || self == .page }
        }

        public var style: Style
        /// The header with the next page's URL and nothing else; nil is the Link header (RFC 8288).
        public var header: String?
        /// The parameter that carries the position.
        public var parameter: String
        /// The parameter that carries the size.
        public var sizeParameter: String?
        public var defaultSize: Int
        /// Greater sizes are silently made this.
        public var maximumSize: Int
        /// The number of the first page.
        public var firstPage: Int
        /// Whether the API says that an empty page is the end, and only that.
        public var endsWithEmptyPage = false
        /// Whether the API says that a page with fewer rows than were asked for is the end.
        public var endsWithShortPage = false
        /// Whether each page leads on to a next one, the last and the empty ones behind it as well.
        public var alwaysLeadsOn = false
        /// Whether a last page comes that has null in place of its list.
        public var endsWithNull = false

        /// A parameter that takes a number of rows to skip as well.
        public var offsetParameter: String?

        /// Whether a position is a token of the server's own, so that it can lead anywhere.
        var hasTokens: Bool {
            switch style {
            case .cursor: true
            case .nextURL, .link: true
            case .single, .lastKey, .offset, .page: false
            }
        }

        /// Whether positions are numbers of pages.
        var isNumbered: Bool { style == .page || (style == .nextURL || style == .link) && parameter == "page" }
    }

    public var collections: [Collection]
    public var endpoints: [Endpoint]
    public var jobs: [Job] = []

    /// The collection that becomes rows of a schema.
    public func collection(forSchema schema: String) -> Collection? {
        collections.first { $0.schemas.contains(schema) }
    }

    /// The part that is about one collection, and the parents that its lists are found by.
    public func only(_ name: String) -> ModelDeclaration {
        let names = Set(lineage(of: name).map(\.name))
        var part = self
        part.collections.removeAll { !names.contains($0.name) }
        part.endpoints.removeAll { !names.contains($0.collection) }
        return part
    }

    /// A collection, its parents' collection, and so on upwards.
    public func lineage(of name: String) -> [Collection] {
        var found: [Collection] = []
        var next: String? = name
        while let wanted = next, let collection = collection(wanted), !found.contains(where: { $0.name == wanted }) {
            found.append(collection)
            next = collection.parent?.collection
        }
        return found
            + found.flatMap(\.embeds).compactMap { embed in
                found.contains { $0.name == embed.collection } ? nil : self.collection(embed.collection)
            }
    }

    public func collection(_ name: String) -> Collection? { collections.first { $0.name == name } }
}

/// A path with names in braces, such as `/v1/customers/{customer}/sources`.
public struct PathTemplate: Sendable, Hashable, CustomStringConvertible {
    public let description: String
    private let segments: [Segment]

    private enum Segment: Sendable, Hashable {
        case literal(String)
        case name(String)
    }

    public init(_ text: String) {
        description = text
        segments = text.split(separator: "/", omittingEmptySubsequences: true).map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .name(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// Whether names stand in it.
    public var hasNames: Bool {
        segments.contains { segment in if case .name = segment { true } else { false } }
    }

    /// The values of the names if the path has this form; nil otherwise.
    public func match(_ path: String) -> [String: String]? {
        // Bytes and not characters: each request is held against each path.
        let parts = path.utf8.split(separator: UInt8(ascii: "/"))
        guard parts.count == segments.count else { return nil }
        for case (.literal(let text), let part) in zip(segments, parts) where !text.utf8.elementsEqual(part) {
            return nil
        }
        var values: [String: String] = [:]
        for case (.name(let name), let part) in zip(segments, parts) {
            let text = String(Substring(part))
            values[name] = text.removingPercentEncoding ?? text
        }
        return values
    }
}
