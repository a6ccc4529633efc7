import Columns

/// What to make of an answer that is special for this upstream: matched by status, text or a field, in that order of
/// cost. The first action that matches counts, before the general rules for statuses.
public struct ResponseAction: Sendable {
    /// What the answer means.
    public enum Outcome: Sendable {
        /// There are no (more) rows here: the list ends, or the parent has no children.
        case ignore
        /// Ask again a few times, after the upstream's own pause or a growing one; then give up with a retryable error.
        case retry
        /// Stop with a message for the user.
        case fail(String, kind: SourceError.Kind = .upstreamFailure)
        /// The position can no longer be asked for: the read starts again from its beginning.
        case expireResumeToken
    }

    let statuses: Set<Int>?
    let text: String?
    let field: (path: String, value: JSONValue?)?
    let outcome: Outcome

    /// - Parameters:
    ///   - statuses: nil matches every status.
    ///   - text: a part of the body, compared without regard to case.
    ///   - outcome: what the answer means.
    public init(_ statuses: Set<Int>? = nil, text: String? = nil, _ outcome: Outcome) {
        self.statuses = statuses
        self.text = text?.lowercased()
        field = nil
        self.outcome = outcome
    }

    /// - Parameters:
    ///   - field: a path in the JSON body, such as `error.code`.
    ///   - value: what stands there; nil matches whatever is not null.
    public init(_ statuses: Set<Int>? = nil, field: String, is value: JSONValue? = nil, _ outcome: Outcome) {
        self.statuses = statuses
        text = nil
        self.field = (field, value)
        self.outcome = outcome
    }

    /// An answer of this status means that there is nothing here.
    public static func ignore(_ statuses: Int...) -> ResponseAction { ResponseAction(Set(statuses), .ignore) }

    /// Whether a status alone can decide, so that the body of a good page need not be looked at.
    func mayMatch(_ status: Int) -> Bool { statuses?.contains(status) ?? true }

    /// Statuses that mean something other than a failure that passes, so that the transport must not try again.
    var finalStatuses: Set<Int> {
        if case .retry = outcome { return [] }
        return text == nil && field == nil ? statuses ?? [] : []
    }

    func matches(_ answer: RESTAnswer) -> Bool {
        guard mayMatch(answer.status) else { return false }
        if let text { return answer.text.lowercased().contains(text) }
        guard let field else { return true }
        guard let found = answer.value(field.path), !found.isNull else { return false }
        return field.value.map { $0 == found } ?? true
    }
}
