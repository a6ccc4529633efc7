/// Group N: what is said of a source, and of the kit, is so.
enum DocumentationChecks {
    static let all: [Check] = []
}
