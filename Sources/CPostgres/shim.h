// The PostgreSQL client library. Its headers come with Debian's libpq-dev; pkg-config gives their folder.
#include <libpq-fe.h>
