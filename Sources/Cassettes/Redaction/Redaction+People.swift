import Tributary

// Names of people, where the member's name alone does not say so.
extension Redaction {
    /// A table, and where its answers have the rows.
    struct Subject {
        private(set) var table: String?
        private var isOfPeople = false
        /// Nil where the source says nothing of it.
        private var rows: [String]?

        init() {}

        init(_ exchange: CapturedExchange) {
            table = exchange.lane.schema
            isOfPeople = Self.isPerson(FieldWords(exchange.lane.schema ?? "").words.last)
            rows = exchange.page?.rows.split(separator: ".").map(String.init)
        }

        /// Whether what stands at a path is a person: a row of a table of people, or what is called one.
        func isPerson(at path: [String]) -> Bool {
            Self.isPerson(path.last.flatMap { FieldWords($0).words.last }) || isOfPeople && rows == path
        }

        private static func isPerson(_ word: String?) -> Bool {
            guard let word else { return false }
            return people.contains(word) || word.hasSuffix("s") && people.contains(String(word.dropLast()))
        }

        private static let people: Set = [
            "assignee", "attendee", "author", "collaborator", "contact", "creator", "customer", "editor", "employee",
            "member", "owner", "participant", "patient", "people", "person", "recipient", "reporter", "reviewer",
            "sender", "speaker", "student", "subscriber", "teacher", "user",
        ]
    }

    /// A thing's name is nobody's business; the name of what is a person, or has an e-mail address, a telephone or an account,
    /// is a person's.
    mutating func collectPerson(_ members: [RawJSON.Member], path: [String]) {
        let isPerson =
            subject.isPerson(at: path)
            || members.contains { member in
                guard case .scalar(let scalar) = member.value, scalar.string?.isEmpty == false else { return false }
                let words = FieldWords(member.name)
                return words.isAccountName || [.email, .phone].contains(words.person)
            }
        guard isPerson else { return }
        let names: Set = ["name", "fullname", "displayname"]
        for member in members where names.contains(FieldWords(member.name).words.joined()) {
            guard case .scalar(let scalar) = member.value, let text = scalar.string, !text.isEmpty, isName(text),
                rule(.json, path + [member.name]) == nil
            else { continue }
            replacements.add(text, pseudonyms.pseudonym(.name, text), rule: "pseudonym:name")
        }
    }
}
