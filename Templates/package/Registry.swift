import Tributary

extension SourceRegistry {
    /// The sources of this package, in alphabetical order of type.
    public static let own = SourceRegistry([
    ])
}
