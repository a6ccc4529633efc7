/// Group K: what only a database can do wrong.
enum DatabaseChecks {
    static let all: [Check] = []
}
