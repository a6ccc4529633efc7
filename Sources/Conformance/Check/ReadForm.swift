import Cassettes
import Columns
import Tributary

/// How a table is read, as far as a scenario's files tell: what tables have in common that go the same way through a
/// source.
///
/// Most sources read dozens of tables by one piece of code. In the profile full the first table of a form is tried at all
/// moments that a check names, the others at fewer, and by every fault too, but each at one request. Two tables of one form
/// may still have code of their own, which is why none is left out.
struct ReadForm: Hashable {
    private let mode: SyncType
    private let field: CursorType?
    private let sortMode: SortMode?
    private let keys: Int
    private let list: List?

    /// How a model lists the table.
    private struct List: Hashable {
        var style: ModelDeclaration.Page.Style
        var parameter: String
        var filters: [String]
        var format: ModelDeclaration.CursorFormat?
        var key: Int
        var isChild: Bool
        var reportsDeleted: Bool
        var hasEmbeds: Bool
    }

    /// - Parameter model: how the upstream answers over HTTP; nil where it is a database, or nobody has said.
    init(_ schema: Manifest.Schema, _ model: ModelDeclaration?) {
        mode = schema.mode
        field = schema.field?.type
        sortMode = schema.sortMode
        keys = schema.primaryKeys.count
        list = model.flatMap { model in
            guard let collection = model.collection(forSchema: schema.name), let list = model.list(of: collection)
            else { return nil }
            return List(
                style: list.page.style, parameter: list.page.parameter, filters: list.filters.map(\.parameter).sorted(),
                format: collection.cursor.map { _ in collection.cursorFormat }, key: collection.key.count,
                isChild: collection.parent != nil, reportsDeleted: collection.deletion != nil,
                hasEmbeds: !collection.embeds.isEmpty)
        }
    }
}
