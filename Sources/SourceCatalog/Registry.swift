import Tributary

extension SourceRegistry {
    /// The built-in sources, in alphabetical order of type.
    public static let builtIn = SourceRegistry([
        GitHubSource.self,
        MySQLSource.self,
        PostgresSource.self,
        SQLiteSource.self,
        StripeSource.self,
    ])
}
