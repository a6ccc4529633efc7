import Columns
import Foundation
import Testing

/// The public corpus of Nicolas Seriot: what a parser must accept (y_), must refuse (n_), and may do as it likes (i_).
@Suite struct JSONTestSuiteTests {
    static let folder = Bundle.module.bundleURL.appending(path: "Corpora/JSONTestSuite/test_parsing")
    static let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()

    static func names(_ prefix: String) -> [String] { (files ?? []).filter { $0.hasPrefix(prefix) } }

    static func bytes(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: folder.appending(path: name))) }

    /// The same text as a value inside a row, where the page reader meets it.
    static func page(_ bytes: [UInt8]) -> [UInt8] {
        Array("{\"data\":[{\"id\":1,\"v\":".utf8) + bytes + Array("}]}".utf8)
    }

    @Test("The corpus is complete")
    func corpus() {
        #expect(Self.names("y_").count == 95)
        #expect(Self.names("n_").count == 188)
        #expect(Self.names("i_").count == 35)
    }

    @Test("Valid text is accepted, as a value and as a part of a row", arguments: names("y_"))
    func accepts(_ name: String) throws {
        let bytes = try Self.bytes(name)
        let value = try JSONValue(parsing: bytes)
        #expect(try JSONValue(parsing: value.serialized()) == value)
        #expect(try TableBuilder().append(page: Self.page(bytes), rows: "data") == 1)
        #expect(try JSONPage(bytes).value(at: "") == value)
    }

    @Test("Invalid text is refused, as a value and as a part of a row", arguments: names("n_"))
    func refuses(_ name: String) throws {
        let bytes = try Self.bytes(name)
        #expect(throws: JSONError.self) { try JSONValue(parsing: bytes) }
        #expect(throws: JSONError.self) { try TableBuilder().append(page: bytes, rows: "") }
        // A file that is cut or ends in a stray bracket may become valid inside of something else.
        if !["n_structure_object_with_trailing_garbage.json", "n_structure_no_data.json"].contains(name) {
            #expect(throws: JSONError.self) { try TableBuilder().append(page: Self.page(bytes), rows: "data") }
        }
    }

    @Test("Text that parsers may accept or refuse does not stop the program", arguments: names("i_"))
    func survives(_ name: String) throws {
        let bytes = try Self.bytes(name)
        let value = try? JSONValue(parsing: bytes)
        let rows = try? TableBuilder().append(page: Self.page(bytes), rows: "data")
        let hasMark = bytes.starts(with: [0xEF, 0xBB, 0xBF])
        #expect((value == nil) == (rows == nil) || hasMark)
    }
}
