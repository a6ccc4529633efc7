// The MariaDB client library. Its headers come with Debian's libmariadb-dev; pkg-config gives their folder.
#include <mysql.h>
#include <mysqld_error.h>
#include <errmsg.h>
