// PostgreSQL, by libpq. The library is opened when a database is first used: only a company's desk has one, and
// no laptop of a technician needs libpq to start. https://www.postgresql.org/docs/15/libpq.html
#pragma once

#include <stddef.h>

/// The outcome of one command, as libpq's PQresultStatus states it.
enum wt_pq_status {
  WT_PQ_DONE = 0,      // A command that gives no rows succeeded.
  WT_PQ_ROWS = 1,      // The result has all its rows.
  WT_PQ_ROW = 2,       // The result has one row of a result that comes row by row.
  WT_PQ_SYNC = 3,      // The pipeline's point of synchronisation was reached.
  WT_PQ_ABORTED = 4,   // An earlier command of the pipeline failed, and this one was not executed.
  WT_PQ_FAILED = 5,    // The command failed.
  WT_PQ_NOTHING = 6,   // No result: the end of one command's results.
};

/// Whether libpq is installed.
int wt_pq_is_there(void);

/// What is wrong with an address: 0 where it is a URL that libpq can read and that holds no password, 1 where
/// it holds a password, 2 where libpq cannot read it. Without libpq the function returns 0.
int wt_pq_judge_address(const char *url);

/// Connects, in nonblocking mode and UTF-8. What the address leaves open comes from the environment, the
/// service file and the password file, as libpq does it.
/// - `error`: says why there is no connection, cut to `error_size` bytes; libpq puts no password there.
/// - Returns: the connection for `wt_pq_close`, or NULL.
void *wt_pq_connect(const char *url, char *error, size_t error_size);

void wt_pq_close(void *connection);

/// Whether the connection is still up.
int wt_pq_is_up(const void *connection);

/// Runs SQL without parameters, which may be several statements, and waits for its end. The result of the
/// last statement is to be freed with `wt_pq_clear`.
void *wt_pq_execute(void *connection, const char *sql);

/// Prepares a statement and waits for its end.
void *wt_pq_prepare(void *connection, const char *name, const char *sql);

/// Puts one execution of a prepared statement into the queue; returns 0 where that fails, otherwise 1.
/// - `lengths`: the number of bytes of each binary value.
/// - `formats`: 1 for each binary value, 0 for each text, which ends with a zero byte.
int wt_pq_send(
    void *connection, const char *name, int count, const char *const *values, const int *lengths, const int *formats);

/// Puts SQL without parameters into the queue of a pipeline; returns 0 where that fails, otherwise 1.
int wt_pq_send_sql(void *connection, const char *sql);

/// Asks for the rows of the command that was sent last one by one; returns 0 where that is not possible,
/// otherwise 1.
int wt_pq_row_by_row(void *connection);

int wt_pq_enter_pipeline(void *connection);
int wt_pq_leave_pipeline(void *connection);
int wt_pq_sync(void *connection);

/// Sends as many of the pending bytes as the system takes at once, and reads the bytes that have arrived;
/// returns 0 where the connection failed.
int wt_pq_pump(void *connection);

/// Waits for the next result, and sends pending bytes meanwhile: libpq's documentation demands this of a
/// pipeline, since otherwise both ends may wait for each other (34.5.1). `NULL` is the end of one command's
/// results, or a connection that is down.
/// - `is_cancelled`: asked several times a second; true ends the waiting, and `cancelled` is then 1.
void *wt_pq_next(void *connection, int (*is_cancelled)(void *), void *context, int *cancelled);

enum wt_pq_status wt_pq_status(const void *result);
void wt_pq_clear(void *result);
/// The five characters of the SQLSTATE; empty where there is none, as for a connection that broke.
const char *wt_pq_state(const void *result);
/// The number of rows that an INSERT, UPDATE or DELETE changed, as a text; empty for other commands.
const char *wt_pq_changed(const void *result);
int wt_pq_row_count(const void *result);
int wt_pq_column_count(const void *result);
/// The text of a field, which lives as long as the result; NULL where the field is null.
const char *wt_pq_field(const void *result, int row, int column, int *length);
