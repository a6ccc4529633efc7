/// Group D: what tells rows apart.
enum KeyChecks {
    static let all =
        [declared, nonNull, scalar, unique] + [acrossParents, stable, distinct] + [
            flagTruthful, stopsIncremental, deletes,
        ]
}
