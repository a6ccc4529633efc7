/// Group N: what is said of a source is so.
enum DocumentationChecks {
    static let all = [RegistryChecks.all, PageChecks.all, LeftoverChecks.all].flatMap { $0 }
}
