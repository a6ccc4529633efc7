/// What an upstream does at the edge of its documentation, and beyond: pages as no author expects them.
public struct ModelQuirks: Sendable {
    /// Only the lists of this collection are so; nil means all.
    public var collection: String?
    /// Pages without rows that lead on, by the number of the page (from 0) that they come before.
    public var emptyPages: [Int: Int] = [:]
    /// Positions run in a circle of this many pages, from the second page on.
    public var circle: Int?
    /// How many rows of the page before each page shows again.
    public var overlap = 0
    /// The rows of the pages in turn, whatever was asked for; starts again at its end.
    public var sizes: [Int] = []
    /// Rows come in another order, drawn from this seed: within a page, and where the list has an order, within its
    /// ties.
    public var shuffle: UInt64?
    /// Positions of this page (from 0) and later ones are refused.
    public var expiry: Expiry?
    /// The last objects that are counted and not shown.
    public var withheld = 0
    /// Parents that are listed and gone when their children are asked for, as paths name them.
    public var goneParents: Set<String> = []
    /// The page (from 0) that says that more follows and does not say where.
    public var lostPosition: Int?
    /// The bytes of each answer, as they go out.
    public var body: (@Sendable ([UInt8]) -> [UInt8])?

    /// When a position is refused.
    public struct Expiry: Sendable {
        public var page: Int
        public var status: Int

        public init(page: Int, status: Int) {
            self.page = page
            self.status = status
        }
    }

    public init() {}

    func applies(to name: String) -> Bool { collection.map { $0 == name } ?? true }
}
