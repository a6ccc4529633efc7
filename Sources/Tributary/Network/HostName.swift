/// The rule for names of hosts that users supply.
package enum HostName {
    /// What is wrong with a text as a host; nil when it is one name or one IP address and nothing else.
    package static func problem(with text: String) -> String? {
        if text.isEmpty { return "is empty" }
        if text.utf8.count > 253 { return "is longer than 253 characters" }
        if text.contains(":") {
            return text.filter({ $0 == ":" }).count > 1 ? nil : "has a port; give the port by itself"
        }
        if text.contains("/") { return "has a path or a scheme; give the host alone" }
        if text.hasSuffix(".") { return "ends with a full stop" }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            guard !label.isEmpty, label.utf8.count <= 63, !label.hasPrefix("-"), !label.hasSuffix("-"),
                label.utf8.allSatisfy({ $0.isHostLabelByte || $0 == UInt8(ascii: "_") })
            else { return "is not one host name or IP address" }
        }
        return nil
    }
}
