import Foundation

/// A URL by what it asks for, whatever the order and the escapes of its parameters.
struct AskedURL: Hashable {
    private let place: String
    private let parameters: [String]

    init(_ url: String) {
        let components = URLComponents(string: url)
        place = (components?.host ?? "") + (components?.percentEncodedPath ?? url)
        parameters = (components?.percentEncodedQueryItems ?? []).map { item in
            "\(item.name.removingPercentEncoding ?? item.name)=\(item.value?.removingPercentEncoding ?? "")"
        }.sorted()
    }
}
