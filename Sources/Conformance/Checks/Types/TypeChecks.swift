/// Group E: types are told rightly, and stay.
enum TypeChecks {
    static let all = [rowsMatchSchema] + fidelity + [existing] + environment + evolution
}
