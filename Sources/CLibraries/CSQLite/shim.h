#pragma once

#include <sqlite3.h>

// SQLITE_TRANSIENT is a cast macro, which Swift does not import: SQLite copies the value before it returns.
static inline int wt_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int byteCount) {
  return sqlite3_bind_text(statement, index, text, byteCount, SQLITE_TRANSIENT);
}

// SQLITE_TRANSIENT again. An empty value has to have an address, or SQLite binds NULL.
static inline int wt_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int byteCount) {
  return sqlite3_bind_blob(statement, index, byteCount > 0 ? bytes : "", byteCount, SQLITE_TRANSIENT);
}

// sqlite3_db_config is variadic. Defensive: SQL cannot corrupt the file by writing to its schema.
static inline int wt_sqlite3_set_defensive(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

// sqlite3_db_config again. Closing leaves the write-ahead log as it is: nothing is written where nothing can be.
static inline int wt_sqlite3_set_no_checkpoint_on_close(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
