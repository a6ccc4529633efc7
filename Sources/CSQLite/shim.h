// SQLite. Its header comes with Debian's libsqlite3-dev.
#include <sqlite3.h>

// Swift cannot call what takes a variable number of arguments.
static inline int tributary_sqlite_count_no_memory(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}
