/// Group H: where rows lie.
enum PartitionChecks {
    static let all = [PlacementChecks.all, LayoutLifeChecks.all, ArithmeticChecks.all, ShapeChecks.all].flatMap { $0 }
}
