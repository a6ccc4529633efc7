import Columns
import Testing

@testable import Conformance

/// Lists in a config are held against hostile values element by element.
@Suite struct ListFieldTests {
    private let config: JSONObject = [
        "key": "k", "places": [["name": "first"], ["name": "second"]], "teams": ["a", "b"],
    ]

    @Test("each text of a list is a field of its own, called by its number")
    func texts() {
        let fields = HostTaint.texts(of: .object(config), at: [])
        #expect(fields.map(\.name) == ["key", "places.0.name", "places.1.name", "teams.0", "teams.1"])
        #expect(fields.map(\.value) == ["k", "first", "second", "a", "b"])
    }

    @Test("replacing one element leaves the others")
    func replacing() {
        let fields = HostTaint.texts(of: .object(config), at: [])
        let changed = fields.reduce(config) { HostTaint.replacing($1, by: "\($1.value)?", in: $0) }
        #expect(changed["teams"] == ["a?", "b?"])
        #expect(changed["places"] == [["name": "first?"], ["name": "second?"]])
        let one = HostTaint.replacing(fields[4], by: "/", in: config)
        #expect(one == config.setting(["teams"], to: ["a", "/"]))
    }

    @Test("what is no place in the list changes nothing")
    func beyond() {
        for name in ["2", "-1", "x"] {
            let field = HostTaint.Field(path: ["teams", name], value: "")
            #expect(HostTaint.replacing(field, by: "/", in: config) == config)
        }
    }
}
