// config
@Input("Access token") var accessToken: Secret
// authorization
.bearer(config.accessToken)
