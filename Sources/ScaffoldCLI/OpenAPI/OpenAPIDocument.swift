import ArgumentParser
import Foundation
import Yams

/// An OpenAPI 3 document, JSON or YAML, with its references followed.
struct OpenAPIDocument {
    let root: Node
    let file: String

    /// A value of the document: what is asked for and not there is nil.
    struct Node {
        let value: Any?

        subscript(_ name: String) -> Node { Node(value: (value as? [String: Any])?[name]) }
        var string: String? { value as? String }
        var int: Int? { value as? Int }
        var array: [Node] { (value as? [Any] ?? []).map { Node(value: $0) } }
        var names: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
        var exists: Bool { value != nil && !(value is NSNull) }
    }

    /// Reads a file.
    ///
    /// - Throws: `ValidationError` that names the file and the problem.
    init(file: String) throws {
        guard let text = try? String(contentsOfFile: file, encoding: .utf8) else {
            let advice = file.contains("://") ? " Save it to a file first: curl -o openapi.json '\(file)'." : ""
            throw ValidationError(
                "Reading --from-openapi '\(file)': there is no such file, or it is not text.\(advice)")
        }
        try self.init(text: text, file: file)
    }

    init(text: String, file: String) throws {
        self.file = file
        do {
            root = Node(value: try Yams.load(yaml: text))
        } catch {
            throw ValidationError("Reading --from-openapi '\(file)': it is neither JSON nor YAML: \(error)")
        }
        guard let version = root["openapi"].string, version.hasPrefix("3.") else {
            let old = root["swagger"].string.map { " It says swagger \($0); convert it to OpenAPI 3 first." } ?? ""
            throw ValidationError("Reading --from-openapi '\(file)': 'openapi: 3.…' is not at its top.\(old)")
        }
    }

    /// The value that a local reference leads to; the value itself where there is none.
    func resolved(_ node: Node, depth: Int = 0) -> Node {
        guard let target = node["$ref"].string, target.hasPrefix("#/"), depth < 20 else { return node }
        let names = target.dropFirst(2).split(separator: "/").map {
            $0.replacingOccurrences(of: "~1", with: "/").replacingOccurrences(of: "~0", with: "~")
        }
        return resolved(names.reduce(root) { $0[$1] }, depth: depth + 1)
    }

    /// Whether something in it is described by another document, which is not read.
    var refersElsewhere: Bool { Self.refersElsewhere(root.value) }

    private static func refersElsewhere(_ value: Any?) -> Bool {
        if let list = value as? [Any] { return list.contains(where: refersElsewhere) }
        guard let object = value as? [String: Any] else { return false }
        if let target = object["$ref"] as? String, !target.hasPrefix("#") { return true }
        return object.values.contains(where: refersElsewhere)
    }

    /// The properties of a schema, those of its `allOf` included.
    func properties(_ schema: Node, depth: Int = 0) -> [String: Node] {
        let schema = resolved(schema)
        var all: [String: Node] = [:]
        for name in schema["properties"].names { all[name] = resolved(schema["properties"][name]) }
        if depth < 8 {
            for part in schema["allOf"].array { all.merge(properties(part, depth: depth + 1)) { first, _ in first } }
        }
        return all
    }
}
