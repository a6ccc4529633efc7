// config
@OAuth("Account", kind: IntegrationKind("__type__")) var account: OAuthIntegration
// authorization
.oauth(config.account)
