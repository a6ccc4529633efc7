import Columns
import Tributary

/// Answers that no upstream should give, drawn from those that it does give.
enum HostileBodies {
    /// One change of a body.
    struct Mutation: Sendable {
        var name: String
        var change: @Sendable ([UInt8]) -> [UInt8]
    }

    /// All changes of the answers of a list, in an order that never changes.
    static func all(_ endpoint: ModelDeclaration.Endpoint, members: [String]) -> [Mutation] {
        whole + page(endpoint) + rows(endpoint, members: members)
    }

    private static let whole: [Mutation] = {
        let bodies: [(String, [UInt8])] = [
            ("no body", []), ("null", Array("null".utf8)), ("an empty list", Array("[]".utf8)),
            ("an empty object", Array("{}".utf8)), ("a number", Array("17".utf8)), ("a text", Array("\"x\"".utf8)),
            ("a list of numbers", Array("[1,2,3]".utf8)), ("a list of nulls", Array("[null,null]".utf8)),
            ("a list of lists", Array("[[],[[]]]".utf8)), ("bytes that are no UTF-8", [0x22, 0xFF, 0xFE, 0x22]),
            ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("[]".utf8)), ("a NUL", [0]),
            ("HTML", Array("<html><body>Error</body></html>".utf8)), ("NaN", Array("[{\"id\":NaN}]".utf8)),
            ("100,000 lists, one in another", Array(repeating: 0x5B, count: 100_000)),
            ("600 objects, one in another", Array(String(repeating: "{\"a\":", count: 600).utf8)),
            ("a lone surrogate", Array("[{\"id\":\"\\ud800\"}]".utf8)),
        ]
        var mutations = bodies.map { name, bytes in Mutation(name: "\(name) as the whole body") { _ in bytes } }
        for part in [1, 2, 3] {
            mutations.append(Mutation(name: "\(part)/4 of the body") { Array($0.prefix($0.count * part / 4)) })
        }
        mutations.append(Mutation(name: "the body twice") { $0 + $0 })
        return mutations
    }()

    /// Values that nobody expects in the place of another.
    private static let oddities: [(name: String, value: JSONValue)] = [
        ("null", .null), ("an object", [:]), ("a list", []), ("an empty text", ""), ("true", true), ("-1", -1),
        ("2^63 - 1", .number(JSONNumber(Int64.max))), ("-2^63", .number(JSONNumber(Int64.min))),
        ("10^400", .number(JSONNumber(text: "1e400"))),
        ("300 digits", .number(JSONNumber(text: String(repeating: "9", count: 300)))),
        ("a text", "x"), ("a date beyond all", "9999999-99-99T99:99:99Z"), ("a NUL in a text", "a\u{0}b"),
        ("a list of objects", [[:], ["id": nil]]), ("a long text", .string(String(repeating: "é", count: 10_000))),
    ]

    private static func page(_ endpoint: ModelDeclaration.Endpoint) -> [Mutation] {
        let members = endpoint.envelope.object?.names ?? []
        return members.flatMap { member in
            [Mutation(name: "no \(member) in the page") { change($0) { $0[member] = nil } }]
                + oddities.map { name, value in
                    Mutation(name: "\(name) as \(member) of the page") { change($0) { $0[member] = value } }
                }
        }
    }

    private static func rows(_ endpoint: ModelDeclaration.Endpoint, members: [String]) -> [Mutation] {
        guard let path = endpoint.rowsPath else { return [] }
        var mutations = oddities.map { name, value in
            Mutation(name: "\(name) as a row") { body in changeRows(body, at: path) { rows in rows[0] = value } }
        }
        for member in members {
            mutations.append(
                Mutation(name: "no \(member) in a row") { changeRow($0, at: path) { $0[member] = nil } })
            for (name, value) in oddities {
                mutations.append(
                    Mutation(name: "\(name) as \(member) of a row") { changeRow($0, at: path) { $0[member] = value } })
            }
        }
        return mutations
    }

    private static func change(_ body: [UInt8], _ change: (inout JSONObject) -> Void) -> [UInt8] {
        guard var object = (try? JSONValue(parsing: body))?.object else { return body }
        change(&object)
        return JSONValue.object(object).serialized()
    }

    /// Changes the rows of a page, where it has any.
    static func changeRows(
        _ body: [UInt8], at path: String, _ change: (inout [JSONValue]) -> Void
    ) -> [UInt8] {
        guard let page = try? JSONValue(parsing: body) else { return body }
        guard var rows = path.isEmpty ? page.array : page.path(path)?.array, !rows.isEmpty else { return body }
        change(&rows)
        if path.isEmpty { return JSONValue.array(rows).serialized() }
        guard var object = page.object else { return body }
        object[path: path] = .array(rows)
        return JSONValue.object(object).serialized()
    }

    private static func changeRow(
        _ body: [UInt8], at path: String, _ change: (inout JSONObject) -> Void
    ) -> [UInt8] {
        changeRows(body, at: path) { rows in
            guard var row = rows[0].object else { return }
            change(&row)
            rows[0] = .object(row)
        }
    }
}

extension ModelDeclaration.Endpoint {
    /// Where a page holds its rows; empty when the page is the list.
    var rowsPath: String? { Self.rowsPath(in: envelope) }

    /// Whether a page without rows has no list.
    var leavesOutRows: Bool {
        rowsPath.flatMap { envelope.path($0) }.flatMap { Placeholder($0) }?.mayBeMissing ?? false
    }

    private static func rowsPath(in envelope: JSONValue, at path: String = "") -> String? {
        if Placeholder(envelope)?.part == .rows { return path }
        return (envelope.object?.members ?? []).lazy.compactMap { member in
            rowsPath(in: member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }.first
    }
}
