/// Reads `Link` header fields (RFC 8288, section 3).
package enum LinkHeader {
    /// The target of the first link whose relation types hold `relation`; nil when there is none.
    package static func target(_ relation: String, in field: String) -> String? {
        var rest = Substring(field)
        while let open = rest.firstIndex(of: "<"), let close = rest[open...].firstIndex(of: ">") {
            let target = rest[rest.index(after: open)..<close]
            let parameters = self.parameters(&rest, from: rest.index(after: close))
            let relations = parameters["rel"]?.lowercased().split(separator: " ") ?? []
            if relations.contains(Substring(relation.lowercased())) { return String(target) }
        }
        return nil
    }

    /// The parameters up to the comma that ends the link; `rest` is left behind it.
    private static func parameters(_ rest: inout Substring, from start: Substring.Index) -> [String: String] {
        var parameters: [String: String] = [:]
        var isQuoted = false
        var piece = ""
        var index = start
        func finish() {
            let parts = piece.split(separator: "=", maxSplits: 1)
            piece = ""
            guard parts.count == 2 else { return }
            let name = InputText.trimmed(String(parts[0])).lowercased()
            if parameters[name] == nil { parameters[name] = InputText.trimmed(String(parts[1])) }
        }
        while index < rest.endIndex {
            let character = rest[index]
            index = rest.index(after: index)
            if character == "\"" {
                isQuoted.toggle()
            } else if character == ",", !isQuoted {
                break
            } else if character == ";", !isQuoted {
                finish()
            } else {
                piece.append(character)
            }
        }
        finish()
        rest = rest[index...]
        return parameters
    }
}
