/// All that is wrong with a stored config, one problem for each field. Values are never quoted.
public struct ConfigError: Error, Hashable, Sendable {
    /// What is wrong with one field.
    public struct Problem: Hashable, Sendable {
        /// The field's path, such as `authentication.api_key`; empty for the config as a whole.
        public var path: String
        /// What is wrong, such as `is required`.
        public var message: String
        /// What would be accepted, where that can be said in a few words.
        public var accepted: String?

        /// - Parameters:
        ///   - path: of the field; empty for the config as a whole.
        ///   - message: completes "The field …", such as `is required`.
        public init(_ path: String, _ message: String, accepted: String? = nil) {
            self.path = path
            self.message = message
            self.accepted = accepted
        }
    }

    /// In the order of declaration, unknown names last.
    public var problems: [Problem]

    /// An error of at least one problem.
    public init(_ problems: [Problem]) { self.problems = problems }

    /// The error as the runtime hands it on; the problems stay in `underlying`.
    public func sourceError(for label: String) -> SourceError {
        var error = SourceError(
            .invalidConfig, "Reading the config of \(label): \(problems.map(\.description).joined(separator: "; ")).")
        error.underlying = self
        return error
    }
}

extension ConfigError.Problem: CustomStringConvertible {
    public var description: String {
        (path.isEmpty ? "it" : "'\(path)'") + " \(message)" + (accepted.map { " (accepted: \($0))" } ?? "")
    }
}

extension ConfigError.Problem {
    /// A name that no field has.
    static func unknown(_ name: String, in path: String, among known: [String]) -> Self {
        let nearest = NearestName.find(name, among: known)
        let rest = nearest.map { "; did you mean '\($0)'?" }
        return Self(
            path.isEmpty ? name : "\(path).\(name)", "is no field of this form\(rest ?? "")",
            accepted: nearest == nil ? known.joined(separator: ", ") : nil)
    }
}

extension ConfigError: CustomStringConvertible {
    public var description: String {
        "Reading a config: " + problems.map(\.description).joined(separator: "; ") + "."
    }
}
