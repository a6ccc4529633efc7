// paginator
.cursor(parameter: __position__, from: __next__)
// size
pageSize: PageSize(__size__, __rows_a_page__)
