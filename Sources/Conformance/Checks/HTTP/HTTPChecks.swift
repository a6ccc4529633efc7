/// Group J: bad weather between the source and its upstream.
enum HTTPChecks {
    static let all: [Check] = [
        RetryChecks.all,
        BodyChecks.all,
        JobChecks.all,
        RequestChecks.all,
        TokenChecks.all,
    ].flatMap { $0 }
}
