import Columns
import Foundation

/// Reads JSON texts that are not on the data path.
package enum JSONText {
    package static func parse(_ bytes: [UInt8]) throws -> JSONValue {
        convert(try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed))
    }
    private static func convert(_ value: Any) -> JSONValue {
        switch value {
        case let text as String: return .string(text)
        case let number as NSNumber:
            if isTruthValue(number) { return .bool(number.boolValue) }
            return .number(JSONNumber(text: number.stringValue))
        case let array as [Any]: return .array(array.map(convert))
        case let object as [String: Any]:
            return .object(JSONObject(object.sorted { $0.key < $1.key }.map { ($0.key, convert($0.value)) }))
        default: return .null
        }
    }
    private static func isTruthValue(_ number: NSNumber) -> Bool { String(cString: number.objCType) == "c" }
}
