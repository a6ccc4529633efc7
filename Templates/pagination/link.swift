// paginator
.linkHeader
// size
pageSize: PageSize(__size__, __rows_a_page__)
