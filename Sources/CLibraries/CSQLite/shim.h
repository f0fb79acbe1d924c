#pragma once

#include <sqlite3.h>

// SQLITE_TRANSIENT, by which SQLite copies the value before it returns, is a cast macro that Swift does not
// import.
static inline int wt_sqlite3_bind_text(sqlite3_stmt *statement, int index, const char *text, int byteCount) {
  return sqlite3_bind_text(statement, index, text, byteCount, SQLITE_TRANSIENT);
}

// SQLITE_TRANSIENT is a cast macro here too. An empty value must have an address, or SQLite binds NULL.
static inline int wt_sqlite3_bind_blob(sqlite3_stmt *statement, int index, const void *bytes, int byteCount) {
  return sqlite3_bind_blob(statement, index, byteCount > 0 ? bytes : "", byteCount, SQLITE_TRANSIENT);
}

// sqlite3_db_config is variadic. The defensive mode prevents SQL from corrupting the file by writing to its
// schema.
static inline int wt_sqlite3_set_defensive(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, (int *)0);
}

// sqlite3_db_config is variadic here too. Without a checkpoint at closing, nothing is written to a file that
// cannot be written.
static inline int wt_sqlite3_set_no_checkpoint_on_close(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}
