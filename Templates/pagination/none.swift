// paginator
.singlePage
