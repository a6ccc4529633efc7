import Columns
import Tributary

/// A modelled list whose objects are filtered and in order, ready to be cut into pages.
struct ModelList {
    let endpoint: ModelDeclaration.Endpoint
    /// What matches, whether it is shown or not.
    let objects: [World.Object]
    let order: [ModelDeclaration.Order]
    let key: [String]
    let forcedSize: Int?
    let quirks: ModelQuirks

    /// Where a page is.
    private struct Place {
        /// The index of its first object.
        var start: Int
        /// Pages without rows that still come before it.
        var empty = 0
        /// Pages asked for behind the end.
        var beyond = 0
        var isFirst = false
        /// The page's own number (from 0) where pages without rows are numbered too.
        var slot: Int?
    }

    private var style: ModelDeclaration.Page { endpoint.page }
    /// How many objects are ever shown.
    private var shown: Int { min(objects.count - quirks.withheld, endpoint.resultCap ?? .max) }

    /// The page that a call asks for.
    func page(_ call: ModelCall) -> ModelPage {
        let asked = style.sizeParameter.flatMap { call.parameter($0) }.flatMap(Int.init) ?? style.defaultSize
        // Where a short page is the end, no page may be shorter than it was asked to be.
        let natural =
            style.endsWithShortPage
            ? max(1, min(asked, max(style.maximumSize, forcedSize ?? 0)))
            : forcedSize ?? max(1, min(asked, style.maximumSize))
        let size = style.style == .single ? max(1, objects.count) : natural
        let place = place(of: call, size: size)
        let index = pageIndex(of: place.start, size: size)
        var page = ModelPage(
            total: objects.count, number: index + style.firstPage, pages: pageCount(size: size))
        if let expiry = quirks.expiry, !place.isFirst, index >= expiry.page {
            page.refusal = expiry.status
        } else if let cap = endpoint.resultCap, place.start >= cap, objects.count > cap, !place.isFirst {
            page.rows = []
            page.refusal = endpoint.resultCapStatus
        } else if place.empty > 0 {
            page.rows = []
            lead(&page, to: "~\(place.empty - 1)~" + keyBefore(place.start), number: (place.slot ?? index) + 1, call)
        } else {
            fill(&page, from: place, index, size, call)
        }
        return page
    }

    private func fill(_ page: inout ModelPage, from place: Place, _ index: Int, _ size: Int, _ call: ModelCall) {
        let start = min(place.start, max(0, shown))
        let end = min(start + length(of: index, size), max(0, shown))
        // Behind the end there is nothing that could come again: else a list that ends with an empty page had no end.
        let first = quirks.overlap > 0 && start < shown ? max(0, start - quirks.overlap) : start
        page.rows = shuffled(Array(objects[first..<end])).map { .object($0.body) }
        if style.style == .single { return }
        if let circle = quirks.circle {
            page.claimsMore = true
            let target = index >= circle ? index - circle + 1 : index + 1
            let position = style.hasTokens ? keyBefore(startOfPage(target, size)) : ""
            return lead(&page, to: position, number: style.hasTokens ? target : index + 1, offset: end, call)
        }
        if style.endsWithNull, start >= shown {
            page.rows = nil
            return
        }
        guard end < shown || quirks.withheld > 0 || style.endsWithNull || style.alwaysLeadsOn || beyondCap(end) else {
            return
        }
        if quirks.lostPosition == index || quirks.withheld > 0 && end >= shown {
            page.claimsMore = true
            return
        }
        var position = keyBefore(end)
        if let count = quirks.emptyPages[index + 1], count > 0, end < shown { position = "~\(count)~" + position }
        if start >= shown { position = "~end~\(place.beyond + 1)" }
        lead(&page, to: position, number: (place.slot ?? index) + 1, offset: end, call)
    }

    /// Whether the list goes on behind its cap, as far as one can tell from outside.
    private func beyondCap(_ end: Int) -> Bool {
        endpoint.resultCap.map { end >= $0 && objects.count > $0 && quirks.withheld == 0 } ?? false
    }

    /// Lets the page lead on.
    private func lead(
        _ page: inout ModelPage, to position: String, number: Int, offset: Int = 0, _ call: ModelCall
    ) {
        let text: String
        switch style.style {
        case .single: return
        case .lastKey: text = position
        case .cursor: text = ModelPage.cursor(position)
        case .offset: text = String(offset)
        case .page: text = String(number + style.firstPage)
        case .nextURL, .link:
            text = style.isNumbered ? String(number + style.firstPage) : ModelPage.cursor(position)
        }
        page.next = style.style == .page ? .number(JSONNumber(Int64(number + style.firstPage))) : .string(text)
        page.nextURL = call.url(setting: style.parameter, to: text)
    }
}

// Where pages begin and end.
extension ModelList {
    private func place(of call: ModelCall, size: Int) -> Place {
        if let name = style.offsetParameter, let offset = call.parameter(name).flatMap({ Int($0) }) {
            return Place(start: max(0, offset))
        }
        guard style.style != .single, let position = call.parameter(style.parameter), !position.isEmpty else {
            return numbered(slot: 0, size: size, isFirst: true)
        }
        switch style.style {
        case .single: return Place(start: 0)
        case .offset:
            return reached(max(0, Int(position) ?? 0), size)
        case .page: return numbered(slot: (Int(position) ?? style.firstPage) - style.firstPage, size: size)
        case .lastKey:
            return reached(after(position), size)
        case .cursor: return named(ModelPage.position(position))
        case .nextURL, .link:
            if style.isNumbered {
                return numbered(slot: (Int(position) ?? style.firstPage) - style.firstPage, size: size)
            }
            return named(ModelPage.position(position))
        }
    }

    /// A position such as `~2~key`: two pages without rows come before the one behind this key.
    private func named(_ position: String) -> Place {
        guard position.hasPrefix("~") else { return Place(start: after(position)) }
        let parts = position.dropFirst().split(separator: "~", maxSplits: 1, omittingEmptySubsequences: false)
        let key = parts.count > 1 ? String(parts[1]) : ""
        if parts.first == "end" { return Place(start: objects.count, beyond: Int(key) ?? 0) }
        return Place(start: key.isEmpty ? 0 : after(key), empty: parts.first.flatMap { Int($0) } ?? 0)
    }

    /// The page of a number, where pages without rows have numbers too.
    private func numbered(slot: Int, size: Int, isFirst: Bool = false) -> Place {
        let slot = max(0, slot)
        if isFirst || !style.isNumbered {
            return Place(start: 0, empty: quirks.emptyPages[0] ?? 0, isFirst: isFirst, slot: slot)
        }
        var left = slot
        var index = 0
        while true {
            let empty = quirks.emptyPages[index] ?? 0
            if left < empty { return Place(start: startOfPage(index, size), empty: empty - left, slot: slot) }
            left -= empty
            if left == 0 { break }
            left -= 1
            index += 1
        }
        return Place(start: startOfPage(circled(index, size), size), slot: slot)
    }

    /// The page that is really served where positions run in a circle.
    private func circled(_ index: Int, _ size: Int) -> Int {
        guard let circle = quirks.circle, index > circle, !style.hasTokens else { return index }
        return (index - 1) % circle + 1
    }

    private func pageCount(size: Int) -> Int {
        objects.isEmpty ? 0 : pageIndex(of: objects.count - 1, size: size) + 1
    }

    private var hasOddSizes: Bool { !quirks.sizes.isEmpty && !style.endsWithShortPage }

    private func length(of index: Int, _ size: Int) -> Int {
        hasOddSizes ? max(1, quirks.sizes[index % quirks.sizes.count]) : size
    }

    private func startOfPage(_ index: Int, _ size: Int) -> Int {
        hasOddSizes ? (0..<index).reduce(0) { $0 + length(of: $1, size) } : index * size
    }

    /// The place at an index, or where a circle leads instead.
    private func reached(_ start: Int, _ size: Int) -> Place {
        if quirks.circle == nil { return Place(start: start) }
        return Place(start: startOfPage(circled(pageIndex(of: start, size: size), size), size))
    }

    private func pageIndex(of start: Int, size: Int) -> Int {
        if !hasOddSizes { return start / size }
        var index = 0
        while startOfPage(index + 1, size) <= start { index += 1 }
        return index
    }

    /// The key of the object before an index, by which the place is found again.
    private func keyBefore(_ index: Int) -> String {
        guard index > 0, index <= objects.count else { return "" }
        let last = objects[index - 1].body
        let name = ModelPage.key(of: last, by: key)
        if style.style == .lastKey || order.isEmpty { return name }
        // A token says where its object stood, too: an object that moves does not take the reader along.
        return JSONValue.array([.string(name)] + order.map { ModelOrder.value($0.field, of: last) }).text
    }

    /// The place right behind the object of this key, or behind where it stood; the beginning if neither is known.
    private func after(_ key: String) -> Int {
        // A key may look like a token of a place: it has none of the order's values.
        guard style.style != .lastKey, !order.isEmpty, key.hasPrefix("["),
            let parts = (try? JSONValue(parsing: Array(key.utf8)))?.array, parts.count == order.count + 1,
            let name = parts.first?.string
        else { return objects.firstIndex { ModelPage.key(of: $0.body, by: self.key) == key }.map { $0 + 1 } ?? 0 }
        let place = Array(parts.dropFirst())
        let index = objects.firstIndex { ModelPage.key(of: $0.body, by: self.key) == name }
        let hasStayed = index.map { index in
            order.map { ModelOrder.value($0.field, of: objects[index].body) } == place
        }
        if let index, hasStayed == true { return index + 1 }
        return objects.firstIndex { object in
            ModelPage.key(of: object.body, by: self.key) != name
                && !ModelOrder.stands(object, before: place, by: order)
        } ?? objects.count
    }

    /// The rows of a page in an order that the seed draws, ties of the list's order among themselves.
    private func shuffled(_ rows: [World.Object]) -> [World.Object] {
        guard let seed = quirks.shuffle else { return rows }
        var generator = SeededGenerator(seed)
        return ModelOrder.sorted(rows.shuffled(using: &generator), by: order)
    }
}

/// Numbers drawn from a seed (SplitMix64): the same everywhere, for ever.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
