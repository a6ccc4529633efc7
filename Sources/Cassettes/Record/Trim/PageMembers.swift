import Columns
import Tributary

extension ResponsePlace {
    /// The names of members that lead to a place of the body; nil for a header.
    var members: [String]? { path.flatMap { JSONPath($0) }?.segments.map(\.name) }
}

extension RawJSON {
    /// The page with other members around its rows, four levels deep at most.
    ///
    /// - Parameters:
    ///   - rows: the place of the rows, which are left alone.
    ///   - change: the new value of a member at a place; nil leaves it, and looks inside.
    func changingMembers(
        around rows: [String], at path: [String] = [], _ change: (_ place: [String], _ value: RawJSON) -> RawJSON?
    ) -> RawJSON {
        guard case .object(let members) = self, path.count < 4 else { return self }
        return .object(
            members.map { member in
                let place = path + [member.name]
                guard place != rows else { return member }
                var member = member
                member.value =
                    change(place, member.value) ?? member.value.changingMembers(around: rows, at: place, change)
                return member
            })
    }
}
