// config
init() {}
// authorization
.none
