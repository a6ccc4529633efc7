// paginator
.offset(parameter: __position____end__)
// size
pageSize: PageSize(__size__, __rows_a_page__)
