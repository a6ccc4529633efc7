/// Group K: what only a database can do wrong.
enum DatabaseChecks {
    static let all: [Check] =
        StatementChecks.all + RowOrderChecks.all + CommitChecks.all + DatabaseValueChecks.all + ResourceChecks.all
        + OfferChecks.all
}
