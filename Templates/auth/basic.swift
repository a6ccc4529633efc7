// config
@Input("User") var user: String
@Input("Password") var password: Secret
// authorization
.basic(config.user, config.password)
