import Columns
import Tributary

/// Recordings that show less, or more, than they should.
extension LedgerFault {
    static let fixtures = [
        LedgerFault(
            "model-contradicts-the-recording", "Says of a list that it comes in an order that it never had.", .kit
        ) {
            $0.fixture = { fixture in
                fixture.change("model.json", at: ["endpoints"]) { endpoints in
                    .array(
                        (endpoints.array ?? []).map { endpoint in
                            guard endpoint["collection"]?.string == "payments", var object = endpoint.object else {
                                return endpoint
                            }
                            object["order"] = ["amount"]
                            return .object(object)
                        })
                }
            }
        },
        LedgerFault("redaction-breaks-order", "Replaced the moments of a list by others, in no order.", .kit) {
            $0.fixture = { fixture in
                fixture.changeEntries { entries in
                    entries.map { entry in
                        guard entry["_id"]?.string == "payments", let object = entry.object else { return entry }
                        let text = entry["response"]?["content"]?["text"]?.string ?? ""
                        var body = (try? JSONValue(parsing: text))?.object ?? JSONObject()
                        body["data"] = body["data"]?.array.map { rows in
                            .array(
                                rows.enumerated().map { index, row in
                                    let moment = Int64(1_740_787_200 + index * 7_919 % 11 * 60)
                                    return row.object.map {
                                        .object($0.setting(["created"], to: .number(JSONNumber(moment))))
                                    } ?? row
                                })
                        }
                        return .object(
                            object.setting(["response", "content", "text"], to: .string(JSONValue.object(body).text)))
                    }
                }
            }
        },
    ]
}
