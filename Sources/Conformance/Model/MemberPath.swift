import Cassettes
import Columns
import Tributary

extension JSONObject {
    /// The member at a path such as `info.run_id`; a member that is called so as a whole counts first. Setting nil takes
    /// the member away; where the way there is not there, the whole path becomes the name of a member.
    subscript(path path: String) -> JSONValue? {
        get { self[path] ?? (path.contains(".") ? JSONValue.object(self).path(path) : nil) }
        set {
            guard self[path] == nil, let dot = path.firstIndex(of: "."),
                var inner = self[String(path[..<dot])]?.object
            else {
                self[path] = newValue
                return
            }
            inner[path: String(path[path.index(after: dot)...])] = newValue
            self[String(path[..<dot])] = .object(inner)
        }
    }
}

enum MemberPath {
    /// The member that a path ends at.
    static func last(_ path: String) -> String { path.split(separator: ".").last.map(String.init) ?? path }

    /// The member of the object itself that a path leads through.
    static func head(_ path: String) -> String { path.split(separator: ".").first.map(String.init) ?? path }
}

extension ModelDeclaration.Collection {
    /// The table's column of a member, by its path in the upstream's object.
    func column(of path: String) -> String {
        columns.filter { $0.value == path }.map(\.key).min() ?? path
    }

    /// The path, in the upstream's object, of a table's column.
    func path(ofColumn column: String) -> String {
        if let path = columns[column] { return path }
        let wanted = ColumnNaming.normalise(column)
        return columns.first { ColumnNaming.normalise($0.key) == wanted }?.value ?? column
    }

    /// Refuses a key inside another member of which nothing says what the table calls it.
    ///
    /// - Parameter primaryKeys: the table's own, by the manifest.
    /// - Throws: `SourceError` of kind `invalidFixture`.
    func demandColumns(primaryKeys: [String], file: String) throws {
        let known = Set(primaryKeys.map(ColumnNaming.normalise))
        if known.isEmpty { return }
        for path in key where path.contains(".") && !known.contains(ColumnNaming.normalise(column(of: path))) {
            let name = primaryKeys.count == 1 ? primaryKeys[0] : MemberPath.last(path)
            throw SourceError.fixture(
                file: file, at: "collections.\(self.name).columns",
                "the key '\(path)' lies inside another member: say what the table calls it, as in "
                    + "{\"\(name)\": \"\(path)\"}")
        }
    }

    /// An object with the columns that the table has of its nested members.
    func row(of body: JSONObject) -> JSONObject {
        columns.sorted { $0.key < $1.key }.reduce(into: body) { row, column in
            // What is no member of the object is a column of the table alone.
            if row[column.key] == nil { row[column.key] = body[path: column.value] }
        }
    }
}
