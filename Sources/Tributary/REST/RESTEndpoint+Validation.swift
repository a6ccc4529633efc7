import Columns

extension RESTEndpoint {
    /// What is wrong with a table of endpoints; empty when nothing is.
    ///
    /// The compiler cannot see these; a test over the registry proves that each source has none.
    public static func declarationProblems(_ endpoints: [RESTEndpoint]) -> [String] {
        var seen: Set<String> = []
        return endpoints.flatMap { endpoint in
            let repeated = seen.insert(endpoint.name).inserted ? [] : ["two endpoints have this name"]
            return (repeated + endpoint.ownProblems + endpoint.liftingProblems + endpoint.parentProblems(endpoints))
                .map { "endpoint \(endpoint.name): \($0)" }
        }
    }

    private var ownProblems: [String] {
        var problems: [String] = []
        if name.isEmpty { problems.append("it has no name") }
        if !incremental.isEmpty, primaryKeys.isEmpty {
            problems.append("it has cursor fields and no primary key, so increments cannot be merged")
        }
        for field in incremental where field.start == nil && !field.stopsAtWatermark {
            problems.append(
                "'\(field.field.name)' has neither a bound that the upstream takes nor a stop at the watermark")
        }
        for field in incremental {
            for bound in [field.start, field.end].compactMap({ $0 }) {
                if let problem = BoundTemplate(bound.template).problem {
                    problems.append("'\(field.field.name)': \(problem)")
                }
            }
        }
        for field in incremental where field.stopsAtWatermark && (field.sort ?? sort) != .descending && parent == nil {
            problems.append("'\(field.field.name)' stops at the watermark, which needs rows that come newest first")
        }
        return problems
    }

    private var liftingProblems: [String] {
        var taken = Set(injectedColumns.map { ColumnNaming.normalise($0.column) })
        return lifting.flatMap { column -> [String] in
            var problems: [String] = []
            if column.name.isEmpty { problems.append("it lifts '\(column.path)' into a column without a name") }
            if !taken.insert(ColumnNaming.normalise(column.name)).inserted {
                problems.append("it lifts '\(column.path)' into the column '\(column.name)', which is there twice then")
            }
            guard let path = JSONPath(column.path), let first = path.segments.first else {
                return problems + ["'\(column.path)' is no path within a row that could be lifted, such as 'user.id'"]
            }
            if !column.name.isEmpty, ColumnNaming.normalise(first.name) == ColumnNaming.normalise(column.name) {
                problems.append(
                    "it lifts '\(column.path)' into the column '\(column.name)', which rows have as a member already")
            }
            return problems
        }
    }

    private func parentProblems(_ endpoints: [RESTEndpoint]) -> [String] {
        var ancestors: [String] = []
        var next = parent?.name
        while let name = next {
            if ancestors.contains(name) || name == self.name { return ["its parents run in a circle"] }
            guard let found = endpoints.first(where: { $0.name == name }) else {
                return ["its parent '\(name)' is no endpoint"]
            }
            ancestors.append(name)
            next = found.parent?.name
        }
        let strangers = neededFields.sorted().filter { field in !ancestors.contains { field.hasPrefix($0 + ".") } }
        let unused = parent != nil && neededFields.isEmpty ? ["it has a parent and uses none of its fields"] : []
        return strangers.map { stranger(to: ancestors, $0) } + unused
    }

    /// What is wrong with a field of no parent: one with a dot may be meant as a path within the parent's row.
    private func stranger(to ancestors: [String], _ field: String) -> String {
        let inner = parent?.columns?.keys.contains(field) == true ? ancestors.first : nil
        let hint = inner.map { ": within a row of \($0) it is '\($0).\(field)', or a column that \($0) lifts" } ?? ""
        return "'{\(field)}' is no field of a parent\(hint)"
    }
}
