// config
@Input("API key") var apiKey: Secret
// authorization
.apiKey(config.apiKey, __api_key_place__)
