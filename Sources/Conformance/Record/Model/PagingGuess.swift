import Cassettes
import Columns
import Foundation
import Tributary

/// How a list is paged, read off the steps from page to page.
struct PagingGuess {
    var style: ModelDeclaration.Page.Style
    var parameter: String
    var firstPage = 1
    /// Where an answer names the next position or URL.
    var nextPlace: String?
    /// The other places of an answer that have the next position, by likelihood.
    private var otherPlaces: [String] = []
    /// The header of its own that names the next URL.
    var header: String?

    /// What the steps of the runs agree upon; nil when there is no step, or they do not.
    ///
    /// - Parameter declared: what the source says of its pages; what an answer has beside that leads nobody.
    init?(_ runs: [PageRun], key: [String], declared: PageHint? = nil) {
        var guesses: [PagingGuess] = []
        for run in runs {
            for (page, next) in zip(run.pages, run.pages.dropFirst()) {
                guard let guess = Self.step(page, next, key: key, as: declared?.style) else { return nil }
                guesses.append(guess)
            }
        }
        guard let first = guesses.first, guesses.allSatisfy({ $0.style == first.style && $0.header == first.header })
        else { return nil }
        self = first
        // What is equal to the next position by chance, such as the size of the first page, is so on one page alone.
        guard style == .cursor || nextPlace != nil, style != .nextURL else { return }
        let agreed = ([first.nextPlace].compactMap { $0 } + first.otherPlaces).first { place in
            guesses.allSatisfy { $0.nextPlace == place || $0.otherPlaces.contains(place) }
        }
        if agreed == nil, style == .cursor { return nil }
        nextPlace = agreed
    }

    /// What the source says by its paginator, where no second page was recorded; nil for one page, or where it says nothing
    /// that a model could do.
    init?(declared hint: PageHint) {
        let place = hint.next.map { next in
            switch next {
            case .body(let path): path
            case .header(let name): RecordedPage.place(ofHeader: name.lowercased())
            }
        }
        let parameter = hint.position?.name ?? "page"
        switch hint.style {
        case .cursor: self.init(.cursor, parameter, nextPlace: place)
        case .lastRow: self.init(.lastKey, parameter)
        case .offset: self.init(.offset, parameter)
        case .number:
            self.init(.page, parameter)
            firstPage = hint.firstPage
        case .url:
            if case .header(let name) = hint.next {
                self.init(.link, parameter)
                header = name.lowercased()
            } else {
                self.init(.nextURL, parameter, nextPlace: place)
            }
        case .link: self.init(.link, parameter)
        case .single, nil: return nil
        }
    }

    /// What the names of a first page's parameters say, where no second page was recorded.
    init?(named pages: [RecordedPage]) {
        for page in pages where page.size != nil {
            for (name, value) in page.parameters.sorted(by: { $0.key < $1.key }) {
                guard let number = Int(value) else { continue }
                let last = MemberPath.last(name).lowercased()
                if number == 0, Self.offsetNames.contains(last) {
                    self.init(.offset, name)
                    return
                }
                if (0...1).contains(number), Self.pageNames.contains(last) {
                    self.init(.page, name)
                    firstPage = number
                    return
                }
            }
        }
        return nil
    }

    private static let offsetNames: Set = [
        "offset", "_offset", "skip", "_skip", "$skip", "start", "startat", "start_at", "from", "page[offset]",
    ]
    private static let pageNames: Set = [
        "page", "_page", "page_number", "pagenumber", "page_no", "pageno", "p", "page[number]", "pageindex",
    ]

    /// What notes show where nothing was seen.
    static let example = PagingGuess(.cursor, "after")

    private init(_ style: ModelDeclaration.Page.Style, _ parameter: String, nextPlace: String? = nil) {
        self.style = style
        self.parameter = parameter
        self.nextPlace = nextPlace
    }

    /// - Parameter style: how the source goes on; nil where it does not say.
    private static func step(
        _ page: RecordedPage, _ next: RecordedPage, key: [String], as style: PageHint.Style?
    ) -> PagingGuess? {
        func may(_ styles: PageHint.Style...) -> Bool { style.map(styles.contains) ?? true }
        let changed = changed(page, next).sorted()
        let named = changed.first { isPosition($0, next.parameters[$0] ?? "", after: page) } ?? changed.first
        guard let name = named else { return nil }
        if may(.url, .link), let link = page.nextLinks.first(where: { same($0.url, next.url) }) {
            var guess = PagingGuess(.link, name)
            guess.header = link.header
            return guess
        }
        if may(.url, .link), let place = url(in: page.body, equal: next.url) {
            return PagingGuess(.nextURL, name, nextPlace: place)
        }
        guard changed.count == 1, let value = next.parameters[name] else { return nil }
        var places = scalars(in: page, equal: value)
        // A number that stays as it is counts nothing, and a token that does is one of a whole list's.
        let moving = places.filter { next.value(at: $0) != page.value(at: $0) }
        if may(.offset, .number), let number = Int(value),
            var guess = numbered(number, name, page, likeliest(moving))
        {
            guess.otherPlaces = moving
            return guess
        }
        if !moving.isEmpty { places = moving }
        if may(.cursor), let likely = likeliest(places) {
            var guess = PagingGuess(.cursor, name, nextPlace: likely)
            guess.otherPlaces = places
            return guess
        }
        if may(.lastRow), let last = page.rows.last, !key.isEmpty, ModelPage.key(of: last, by: key) == value {
            return PagingGuess(.lastKey, name)
        }
        return nil
    }

    private static func likeliest(_ places: [String]) -> String? {
        places.first { $0.lowercased().contains("next") } ?? places.first
    }

    private static func numbered(
        _ number: Int, _ name: String, _ page: RecordedPage, _ place: String?
    ) -> PagingGuess? {
        let before = page.parameters[name].flatMap { Int($0) }
        if number > 1, number - (before ?? 0) == page.rows.count, !name.lowercased().contains("page") {
            return PagingGuess(.offset, name, nextPlace: place)
        }
        guard number - (before ?? number - 1) == 1, number <= 10_000 else { return nil }
        var guess = PagingGuess(.page, name, nextPlace: place)
        guess.firstPage = before == nil ? number - 1 : min(1, before ?? 1)
        return guess
    }

    /// Names of parameters that differ between two pages, those of sizes apart.
    static func changed(_ page: RecordedPage, _ next: RecordedPage) -> [String] {
        let (a, b) = (page.parameters, next.parameters)
        return Set(a.keys).union(b.keys).filter { a[$0] != b[$0] }
    }

    /// Whether a parameter's new value may be a position: it is in the answer before, or counts on.
    static func isPosition(_ name: String, _ value: String, after page: RecordedPage) -> Bool {
        if !scalars(in: page, equal: value).isEmpty { return true }
        if let number = Int(value), numbered(number, name, page, nil) != nil { return true }
        return page.rows.last?.members.contains { ModelPage.text($0.value) == value && !$0.value.isNull } ?? false
    }

    static func same(_ one: String, _ other: String) -> Bool { AskedURL(one) == AskedURL(other) }

    /// Where a body has a URL, outside of lists.
    static func url(in body: JSONValue, equal url: String) -> String? {
        scalars(of: body).first { $0.value.string.map { $0.hasPrefix("http") && same($0, url) } ?? false }?.path
    }

    /// Where a page names a value, outside of its lists.
    private static func scalars(in page: RecordedPage, equal value: String) -> [String] {
        let told = page.headers.members.map { (path: RecordedPage.place(ofHeader: $0.name), value: $0.value) }
        return (scalars(of: page.body) + told).filter { ModelPage.text($0.value) == value }.map(\.path)
    }

    /// The scalars of a body that are in no list.
    static func scalars(of value: JSONValue, at path: String = "") -> [(path: String, value: JSONValue)] {
        if value.array != nil { return [] }
        guard let object = value.object else { return path.isEmpty ? [] : [(path, value)] }
        return object.members.flatMap { member in
            scalars(of: member.value, at: path.isEmpty ? member.name : "\(path).\(member.name)")
        }
    }
}
