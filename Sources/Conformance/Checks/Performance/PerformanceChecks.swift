/// Group O: work grows with what is new, and no faster than the table.
enum PerformanceChecks {
    static let all = [LatencyChecks.all, RequestCostChecks.all, TimeCostChecks.all].flatMap { $0 }
}
