extension FormFields {
    /// What is wrong with the declaration of this config, groups included; empty when nothing is.
    ///
    /// The compiler cannot see these; a test over the registry proves that each source has none.
    public static var declarationProblems: [String] {
        let config = Self()
        var problems: [String] = []
        for child in Mirror(reflecting: config).children where !(child.value is any ConfigField) {
            problems.append("'\(child.label ?? "?")' has no field wrapper, so it is never filled")
        }
        let members = config.members
        var seen: Set<String> = []
        for member in members {
            if !seen.insert(WireName.normalised(member.name)).inserted {
                problems.append("'\(member.name)' is the name of two fields")
            }
            if InputText.trimmed(member.field.label).isEmpty { problems.append("'\(member.name)' has no label") }
            problems += member.field.declarationProblems(name: member.name, siblings: members)
        }
        return problems.map { "\(Self.self): \($0)" }
    }
}
