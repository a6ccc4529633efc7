import Columns
import Foundation

/// Values that no folder's name may be made of as they are.
enum PartitionFolders {
    static let values = [
        "", ".", "..", "../x", "a/b", "a%2Fb", "a%2fb", "/", "\\", "a\\b", "a b", "a+b", "a%20b", "%", "%%", "%25",
        "a=b",
        "_partition=x", "\u{0}", "a\u{0}b", "a\nb", "a\u{7F}", ".hidden", "é", "e\u{301}", "null",
        "__HIVE_DEFAULT_PARTITION__",
        "CON", "con", "a:b", "a?b#c", "🐟", "\u{202E}x", String(repeating: "x", count: 200),
        String(repeating: "x", count: 199) + "y",
    ]

    /// What is wrong with the folders that these values get.
    static func findings(_ folder: (String) -> String) -> [Finding] {
        let names = values.map { (value: $0, name: folder($0)) }
        let unsafe = names.filter { !isPlain($0.name) }
        let shared = Dictionary(grouping: names, by: \.name).filter { $0.value.count > 1 }
        let lines =
            unsafe.map { "\(printable($0.value)) becomes \(printable($0.name))" }
            + shared.map { name, values in
                "\(values.map { printable($0.value) }.joined(separator: " and ")) become \(printable(name))"
            }.sorted()
        if lines.isEmpty { return [] }
        return [
            Finding(
                at: "values of partitions", expected: "a plain folder of its own for each value",
                actual: "\(unsafe.count.counted("value gives", "values give")) no plain name, and "
                    + "\(shared.count.counted("folder is", "folders are")) shared.",
                witness: lines)
        ]
    }

    /// A name that every file system takes for one name, and object stores for themselves.
    private static func isPlain(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && name.utf8.count <= 255
            && name.utf8.allSatisfy { byte in
                byte > 0x20 && byte < 0x7F && byte != UInt8(ascii: "/") && byte != UInt8(ascii: "\\")
            }
    }

    private static func printable(_ text: String) -> String {
        "“" + text.unicodeScalars.prefix(40).map { $0.value < 0x20 || $0.value == 0x7F ? "?" : String($0) }.joined()
            + "”"
    }
}
