import Cassettes
import Columns
import Lake
import Pipeline
import Tributary

/// A lake that a process leaves that dies, and the steps at which it leaves just this one.
struct Cut: Sendable {
    var files: MemoryLake.Files
    /// The steps before any of which the process may have died.
    var steps: ClosedRange<Int>
    var total: Int
    var step: StepCounter.Step

    /// For messages: where the cut is, and what is durable there.
    var place: String {
        let range = steps.count == 1 ? "step \(steps.lowerBound)" : "steps \(steps.lowerBound) to \(steps.upperBound)"
        return "cut before \(range) of \(total) (\(step.rawValue)), durable: \(durable)"
    }

    /// The newest state on the disk.
    var durable: String {
        let staged = StoredState.newest(in: files, isStage: true).map { "rebuild \($0.description)" }
        let stored = StoredState.newest(in: files).map { "table \($0.description)" }
        let parts = [stored, staged].compactMap { $0 }
        return parts.isEmpty ? "nothing" : parts.joined(separator: "; ")
    }
}

extension Bench {
    /// The lakes that a death at each step of a run leaves, each once: what a dead process leaves is what was on the disk.
    ///
    /// No step is left out. Steps between which nothing reached the disk leave the same lake, and from one lake and one
    /// upstream every next run goes the same way. So it does where lakes differ by files alone that no commit names: of
    /// such lakes the fullest is taken, but in the profile hostile each. Of a table that is read as one before it is, some
    /// that are spread.
    func cuts(of run: Lab.Run, startingFrom before: MemoryLake.Files = [:]) throws -> [Cut] {
        try spread(everyCut(of: run, startingFrom: before))
    }

    /// A cut for each stored state, the first after its commit.
    func commits(of run: Lab.Run, startingFrom before: MemoryLake.Files = [:]) throws -> [Cut] {
        try spread(everyCommit(of: run, startingFrom: before))
    }

    /// The same, whatever the table has in common with others.
    func everyCommit(of run: Lab.Run, startingFrom before: MemoryLake.Files = [:]) -> [Cut] {
        var seen: Set<String> = []
        return everyCut(of: run, startingFrom: before).filter { seen.insert($0.durable).inserted }
    }

    private func everyCut(of run: Lab.Run, startingFrom before: MemoryLake.Files) -> [Cut] {
        var cuts: [Cut] = []
        for (index, lake) in run.lakes.enumerated() {
            if let last = cuts.last, last.files == lake {
                cuts[cuts.count - 1].steps = last.steps.lowerBound...index
            } else if let last = cuts.last, input.profile < .hostile, Self.onlyAddsData(lake, to: last.files) {
                cuts[cuts.count - 1].files = lake
                cuts[cuts.count - 1].steps = last.steps.lowerBound...index
                cuts[cuts.count - 1].step = run.steps[index]
            } else {
                cuts.append(Cut(files: lake, steps: index...index, total: run.steps.count, step: run.steps[index]))
            }
        }
        tally.add(Counters(items: run.lakes.count))
        return cuts.map { cut in
            var cut = cut
            cut.files = lab.left(cut.files, before: before, log: run.log)
            return cut
        }
    }

    /// Whether one lake is another and data files, which mean nothing before a commit names them.
    private static func onlyAddsData(_ lake: MemoryLake.Files, to before: MemoryLake.Files) -> Bool {
        lake.count > before.count && before.allSatisfy { lake[$0.key] == $0.value }
            && lake.keys.allSatisfy { before[$0] != nil || !$0.containsASCII("_delta_log") }
    }

    /// Cuts a run at each of its steps, finishes it, and compares.
    func cutEverywhere(
        _ type: SyncType, showing shown: [World.Object]? = nil, expected: String
    ) async throws -> [Finding] {
        var plan = plan(type, commitsOften: true)
        let shown = shown ?? sampleForCuts
        // A parent's children fill a page or less: only a row a page lets a cut fall between two pages of one parent.
        let size = collection.parent == nil ? nil : 1
        plan.keepsLakes = true
        let whole = try await successful(plan, of: upstream(shown, pageSize: size), at: "uninterrupted sync")
        // What a resumed sync stores on its way is a matter of other checks: it commits as production does.
        plan = self.plan(type)
        let uncut = finding(
            try await difference(shown, whole),
            at: "uninterrupted sync\(size == 1 ? " of one row a page" : ""), a commit every two rows",
            expected: "all \(shown.count) rows", whole,
            cause:
                "No cut is to blame: already a sync that nothing stops does not bring the rows. See the checks of reading "
                + "and of primary keys.")
        if !uncut.isEmpty { return uncut }
        for cut in try cuts(of: whole) {
            let resumed = try await successful(
                plan, of: upstream(shown, pageSize: size), into: cut.files, at: cut.place)
            let difference = try await difference(shown, resumed)
            let findings = finding(
                difference, at: cut.place, expected: expected, resumed, cause: Self.cause(ofResumed: difference))
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// The same for a first sync that appends, where that is offered: rows that come twice are two rows there.
    func cutAppend(expected: String) async throws -> [Finding] {
        guard schema.mode == .incremental, try await offeredTypes().contains(.append) else { return [] }
        let findings = try await cutEverywhere(.append, showing: sampleOfOneMoment, expected: expected)
        return findings.map { finding in
            var finding = finding
            finding.place = "append, \(finding.place)"
            return finding
        }
    }

    /// The sample, in which rows of one moment take more than a page.
    private var sampleOfOneMoment: [World.Object] {
        let sample = sampleForCuts
        guard let name = collection.cursor, !cursorIsKey, let value = sample.map(cursor).first(where: { !$0.isNull })
        else { return sample }
        return sample.enumerated().map { index, object in
            var object = object
            if (2...6).contains(index) { object.body[path: name] = value }
            return object
        }
    }

    /// Why a sync that was cut and run again does not give the table of one that was not.
    static func cause(ofResumed difference: TableDiff) -> String? {
        if difference.isOfLostRows { return skipping }
        guard !difference.doubled.isEmpty, difference.missing.isEmpty else { return nil }
        return
            "The resumed read brings rows again that are stored: it starts over, or its position lies behind them, such as "
            + "that of the page itself in place of the one after it, or one that does not know which parents are done."
    }

    /// An object changes its key between two syncs; the second is cut at each of its steps, row by row.
    func cutKeyChange() async throws -> [Finding] {
        guard schema.mode == .incremental, let deletion = collection.deletion, let victim = objects.last else {
            return []
        }
        // The report comes last, with the newest cursor; the object under its new key comes at the same moment.
        let after = deleting(victim, deletion)
        guard let report = after.last else { return [] }
        let successor = moved(copy(victim, number: 3), spelt: cursor(report))
        let shown = after + [successor]
        var plan = plan(commitsOften: true)
        plan.options.batchRows = 1
        let first = try await successful(plan, of: upstream(), at: "first sync")
        plan.keepsLakes = true
        let whole = try await successful(
            plan, of: upstream(shown), into: first.files, at: "sync after a change of a key")
        plan.keepsLakes = false
        for cut in try cuts(of: whole, startingFrom: first.files) {
            let place = "\(key(victim)) becomes \(key(successor)), \(cut.place)"
            let resumed = try await successful(self.plan(), of: upstream(shown), into: cut.files, at: place)
            let findings = finding(
                try await difference(shown, resumed), at: place,
                expected: "the row under its new key, and the old one reported as gone", resumed)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// Cuts a read of a child table, and finishes it after a parent is gone whose children have come.
    ///
    /// All parents come on one page: where pages are counted, one that is gone moves the others to another page, which no
    /// position can know.
    func cutBeforeParentGoes(_ type: SyncType) async throws -> [Finding] {
        guard let parent = collection.parent, owners.count > 2 else { return [] }
        var plan = plan(type, commitsOften: true)
        plan.keepsLakes = true
        let whole = try await successful(plan, of: upstream(pageSize: 100), at: "uninterrupted sync")
        plan = self.plan(type)
        for gone in [[0], [1], [0, 1]].map({ $0.map { owners[$0] } }) {
            var rest = self
            rest.parents[parent.collection]?.removeAll { gone.contains($0) }
            rest.objects.removeAll { object in gone.contains { isChild(object, of: $0) } }
            if rest.objects.isEmpty { continue }
            let names = gone.map { ModelPage.text(ModelOrder.value(parentKey, of: $0.body)) }
                .joined(separator: " and ")
            for cut in try commits(of: whole) {
                let place =
                    "\(cut.place), then \(gone.count == 1 ? "the parent \(names) is" : "the parents \(names) are") gone"
                let resumed = try await rest.successful(
                    plan, of: rest.upstream(pageSize: 100), into: cut.files, at: place)
                var difference = try await difference(rest.objects, resumed)
                // What was read before the parent went may stay.
                difference.extra = []
                let findings = finding(
                    difference, at: place, expected: "all \(rest.objects.count) rows of the other parents", resumed,
                    cause: difference.isOfLostRows
                        ? "The position counts parents: where one is gone, another is passed over. Keep the parent's key, and look "
                            + "for it when the read goes on." : nil)
                if !findings.isEmpty { return findings }
            }
        }
        return []
    }

    private var parentKey: String {
        collection.parent.flatMap { declaration.collection($0.collection)?.key.first } ?? ""
    }

    /// Stops a run at each of its requests by an upstream that fails from there on, finishes it, and compares.
    func failEverywhere(_ type: SyncType, expected: String) async throws -> [Finding] {
        let plan = plan(type, commitsOften: true)
        let shown = sampleForCuts
        let whole = try await successful(plan, of: upstream(shown), at: "uninterrupted sync")
        for index in try spread(Array(whole.log.requests.indices)) {
            let fault = WireFault(
                what: "connections that are reset from request \(index) on", index: index, isLasting: true
            ) { _ in
                throw SourceError(
                    .unreachable, "Reading the answer: the connection was reset.", recovery: .retry(after: nil))
            }
            let failed = try await run(plan, of: FaultyUpstream(base: upstream(shown), fault: fault))
            let durable = Cut(files: failed.files, steps: 0...0, total: 0, step: .request).durable
            let place = "stopped by \(fault.what), durable: \(durable)"
            let resumed = try await successful(self.plan(type), of: upstream(shown), into: failed.files, at: place)
            let difference = try await difference(shown, resumed)
            let findings = finding(
                difference, at: place, expected: expected, resumed,
                cause: Self.cause(ofResumed: difference)
                    ?? "What is stored when a run fails does not fit the rows that it had stored.")
            if !findings.isEmpty { return findings }
        }
        return []
    }

    private var sampleForCuts: [World.Object] {
        acrossDigits(Array(objects.suffix(input.profile == .quick ? 4 : 8)))
    }

    /// What is stored of a run, whichever log it is in.
    func stored(_ files: MemoryLake.Files) -> StoredState? {
        StoredState.newest(in: files, isStage: true) ?? StoredState.newest(in: files)
    }

    /// An object's key as the table spells it.
    func tableKey(_ object: World.Object) -> TableImage.Key {
        tableKey(row(object))
    }

    /// A row's key as the table spells it.
    func tableKey(_ row: JSONObject) -> TableImage.Key {
        var values: [String: Value] = [:]
        for name in key {
            let value = value(name, of: row)
            if let sql {
                values[Self.column(name)] = SQLValues.key(value, of: sql.table.column(name), sql.base.engine)
                continue
            }
            if value.string != nil || value.int64 != nil {
                let column = Self.column(name)
                values[column] = Self.keyCell(SentValue(value), as: cursorType(of: column))
            }
        }
        return TableImage.key(of: values, by: keyColumns)
    }

    /// A request of a list that carries a position inside it.
    func isContinuation(_ request: HTTPRequest) -> Bool {
        guard let call = try? ModelCall(request), endpoint.names(for: call) != nil else { return false }
        guard let position = call.parameter(endpoint.page.parameter), !position.isEmpty else { return false }
        switch endpoint.page.style {
        case .page: return position != String(endpoint.page.firstPage)
        case .offset: return position != "0"
        case .nextURL, .link: return endpoint.page.parameter != "page" || position != String(endpoint.page.firstPage)
        case .single, .cursor, .lastKey: return true
        }
    }
}
