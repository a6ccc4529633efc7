extension ModelDeclaration {
    /// Work that the upstream does on demand, such as an export, and whose end is asked for.
    public struct Job: Sendable {
        /// Where its state is asked for.
        public var path: PathTemplate
        /// The schemas of the source that come of it.
        public var schemas: [String]
        /// The member of the answer that tells the state.
        public var state: String
        public var running: [String]
        public var finished: [String]
        public var failed: [String]
        /// The member with the number of rows that it has made; nil where the API tells none.
        public var count: String?
        /// The member with the list of files: of their URLs, or of objects that hold these.
        public var files: String?

        /// Whether a request to this path makes such a job: to the path where it is asked for, without the job's own name.
        func isMade(at path: String) -> Bool {
            let beginning = self.path.description.prefix { $0 != "{" }
            return beginning != self.path.description
                && beginning.split(separator: "/") == path.split(separator: "/")
        }
    }
}
