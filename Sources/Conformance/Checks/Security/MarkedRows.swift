import Cassettes
import Columns
import Tributary

/// Rows with a text in them that stands nowhere else, so that it is known wherever they are shown.
enum MarkedRows {
    static let mark = StrongSecret.make(4_711)

    /// No log and no error of reads that succeed and of one that fails shows anything of a row.
    static func mustNotBeTold(_ weather: StormBench) async throws -> [Finding] {
        // A source that cannot read other texts than those of the recording is judged by others.
        guard let bench = weather.bench.map(marked), bench.sql == nil,
            let reads = try? await FairRead.modelled(bench)
        else { return [] }
        let search = SecretSearch(Canaries([mark]), for: "text of a row")
        for read in reads {
            let calm = search.findings(SecretSearch.told(by: read.calm), at: read.name)
            if !calm.isEmpty { return calm }
            let storm = try await weather.storm(.refusal(500).from(read.journal.count - 1), read)
            let findings = search.findings(SecretSearch.told(by: storm.run), at: storm.place)
            if !findings.isEmpty { return findings }
        }
        return []
    }

    /// The sample with the mark before each text that is free: one by which nothing is found, ordered or filtered, and
    /// that is neither the same in all objects nor a time or a number in letters.
    static func marked(_ bench: Bench) -> Bench {
        var bench = bench
        let endpoint = bench.endpoint
        var used = Set(bench.collection.key + endpoint.filters.map(\.field) + endpoint.order.map(\.field))
        used.formUnion(endpoint.orderParameters.flatMap { $0.orders.values.flatMap { $0.map(\.field) } })
        used.formUnion([bench.collection.cursor].compactMap { $0 })
        let names = Set(bench.objects.flatMap(\.body.names)).subtracting(used)
        for name in names {
            let texts = bench.objects.compactMap { $0.body[name]?.string }
            guard Set(texts).count > 1, texts.allSatisfy(isFree), bench.sql?.table.takesMark(name, texts) ?? true else {
                continue
            }
            for index in bench.objects.indices {
                guard let text = bench.objects[index].body[name]?.string else { continue }
                bench.objects[index].body[name] = .string("\(mark) \(text)")
            }
        }
        return bench
    }

    private static func isFree(_ text: String) -> Bool {
        TimestampParser.microseconds(text) == nil && Double(text) == nil && !text.contains("://")
    }
}

extension SQLTableFacts {
    /// Whether a column of the engine's has room for the mark before each of some texts.
    fileprivate func takesMark(_ name: String, _ texts: [String]) -> Bool {
        guard let column = column(name), !column.isGenerated,
            column.type.contains("text") || column.type.contains("char")
        else { return false }
        let longest = texts.map(\.count).max() ?? 0
        return column.length.map { $0 > longest + MarkedRows.mark.count } ?? true
    }
}
