import Foundation

/// The paths that a proof of credentials posts to and that only read, by what was recorded.
public enum ReadOnlyPaths {
    /// Paths to which a probe posts, and from which tables are read by POST as well, or of which it asks a GraphQL query.
    public static func of(_ exchanges: [CapturedExchange]) -> [String] {
        func path(_ exchange: CapturedExchange) -> String? { URLComponents(string: exchange.url)?.percentEncodedPath }
        let posts = exchanges.filter { $0.method == "POST" && $0.status == 200 }
        let read = Set(posts.filter { $0.lane.syncType != nil }.compactMap(path))
        let probes = posts.filter { $0.lane.syncType == nil }
        let paths = probes.compactMap { probe -> String? in
            guard let path = path(probe), !path.isEmpty else { return nil }
            return read.contains(path) || GraphQLText.isQuery(probe.requestBody) ? path : nil
        }
        return Set(paths).sorted()
    }
}
