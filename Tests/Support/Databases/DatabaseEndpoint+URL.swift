import Foundation
import Tributary

extension DatabaseEndpoint {
    /// The endpoint as `tributary check --database-server` takes it.
    public func url(_ scheme: String) -> String {
        var parts = URLComponents()
        parts.scheme = scheme
        parts.host = host
        parts.port = port
        parts.user = user
        parts.password = password?.revealed
        parts.path = "/" + database
        return parts.string ?? ""
    }
}
