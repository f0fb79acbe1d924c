#define _GNU_SOURCE
#include "CPQ.h"

#include <dlfcn.h>
#include <errno.h>
#include <poll.h>
#include <postgresql/libpq-fe.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS(each)                                                                                            \
  each(PQconninfoParse) each(PQconninfoFree) each(PQfreemem) each(PQconnectdbParams) each(PQfinish)                \
  each(PQstatus) each(PQerrorMessage) each(PQsetnonblocking) each(PQexec) each(PQprepare)                          \
  each(PQsendQueryPrepared) each(PQsendQueryParams) each(PQsetSingleRowMode) each(PQenterPipelineMode)             \
  each(PQexitPipelineMode) each(PQpipelineSync) each(PQflush) each(PQconsumeInput) each(PQisBusy)                  \
  each(PQgetResult) each(PQresultStatus) each(PQclear) each(PQresultErrorField) each(PQcmdTuples)                  \
  each(PQntuples) each(PQnfields) each(PQgetvalue) each(PQgetlength) each(PQgetisnull) each(PQsocket) each(PQsetNoticeProcessor)

static struct {
#define DECLARE(name) __typeof__(name) *name;
  FUNCTIONS(DECLARE)
} pq;
static int is_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libpq.so.5", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
  int all = 1;
#define FIND(name) all = ((pq.name = (__typeof__(pq.name))dlsym(library, #name)) != NULL) && all;
  FUNCTIONS(FIND)
  is_there = all;
}

int wt_pq_is_there(void) {
  pthread_once(&once, load);
  return is_there;
}

int wt_pq_judge_address(const char *url) {
  if (!wt_pq_is_there()) return 0;
  char *message = NULL;
  PQconninfoOption *options = pq.PQconninfoParse(url, &message);
  if (message) pq.PQfreemem(message);
  if (!options) return 2;
  int verdict = 0;
  for (PQconninfoOption *option = options; option->keyword; option++) {
    int is_secret = !strcmp(option->keyword, "password") || !strcmp(option->keyword, "sslpassword");
    if (is_secret && option->val && *option->val) verdict = 1;
  }
  pq.PQconninfoFree(options);
  return verdict;
}

// Ignores notices of the server, such as "relation exists already, skipping", which would otherwise go to
// stderr.
static void ignore_notice(void *context, const char *message) {
  (void)context;
  (void)message;
}

void *wt_pq_connect(const char *url, char *error, size_t error_size) {
  if (!wt_pq_is_there()) return NULL;
  // libpq expands a URL as `dbname`. The options before it are defaults, and the options after it override the
  // URL.
  const char *const names[] = {"connect_timeout", "fallback_application_name", "dbname", "client_encoding", NULL};
  const char *const values[] = {"15", "weldtech", url, "UTF8", NULL};
  PGconn *connection = pq.PQconnectdbParams(names, values, 1);
  if (!connection) return NULL;
  pq.PQsetNoticeProcessor(connection, ignore_notice, NULL);
  if (pq.PQstatus(connection) == CONNECTION_OK && pq.PQsetnonblocking(connection, 1) == 0) return connection;
  snprintf(error, error_size, "%s", pq.PQerrorMessage(connection));
  pq.PQfinish(connection);
  return NULL;
}

void wt_pq_close(void *connection) { pq.PQfinish(connection); }

int wt_pq_is_up(const void *connection) { return pq.PQstatus(connection) == CONNECTION_OK; }

void *wt_pq_execute(void *connection, const char *sql) { return pq.PQexec(connection, sql); }

void *wt_pq_prepare(void *connection, const char *name, const char *sql) {
  return pq.PQprepare(connection, name, sql, 0, NULL);
}

int wt_pq_send(
    void *connection, const char *name, int count, const char *const *values, const int *lengths, const int *formats) {
  return pq.PQsendQueryPrepared(connection, name, count, values, lengths, formats, 0);
}

int wt_pq_send_sql(void *connection, const char *sql) {
  // PQsendQuery is not allowed within a pipeline.
  return pq.PQsendQueryParams(connection, sql, 0, NULL, NULL, NULL, NULL, 0);
}

int wt_pq_row_by_row(void *connection) { return pq.PQsetSingleRowMode(connection); }

int wt_pq_enter_pipeline(void *connection) { return pq.PQenterPipelineMode(connection); }
int wt_pq_leave_pipeline(void *connection) { return pq.PQexitPipelineMode(connection); }
int wt_pq_sync(void *connection) { return pq.PQpipelineSync(connection); }

int wt_pq_pump(void *connection) {
  if (pq.PQflush(connection) < 0) return 0;
  struct pollfd descriptor = {.fd = pq.PQsocket(connection), .events = POLLIN};
  if (poll(&descriptor, 1, 0) > 0) return pq.PQconsumeInput(connection);
  return 1;
}

void *wt_pq_next(void *connection, int (*is_cancelled)(void *), void *context, int *cancelled) {
  *cancelled = 0;
  for (;;) {
    int left = pq.PQflush(connection);
    if (left < 0) return NULL;
    if (left == 0 && !pq.PQisBusy(connection)) return pq.PQgetResult(connection);
    struct pollfd descriptor = {.fd = pq.PQsocket(connection), .events = POLLIN | (left ? POLLOUT : 0)};
    int ready = poll(&descriptor, 1, 200);
    if (ready < 0 && errno != EINTR) return NULL;
    if (ready <= 0 && is_cancelled(context)) {
      *cancelled = 1;
      return NULL;
    }
    if (ready > 0 && descriptor.revents & ~POLLOUT && !pq.PQconsumeInput(connection)) return NULL;
    if (left && !pq.PQisBusy(connection)) return pq.PQgetResult(connection);
  }
}

enum wt_pq_status wt_pq_status(const void *result) {
  if (!result) return WT_PQ_NOTHING;
  switch (pq.PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_EMPTY_QUERY: return WT_PQ_DONE;
    case PGRES_TUPLES_OK: return WT_PQ_ROWS;
    case PGRES_SINGLE_TUPLE: return WT_PQ_ROW;
    case PGRES_PIPELINE_SYNC: return WT_PQ_SYNC;
    case PGRES_PIPELINE_ABORTED: return WT_PQ_ABORTED;
    default: return WT_PQ_FAILED;
  }
}

void wt_pq_clear(void *result) {
  if (result) pq.PQclear(result);
}

const char *wt_pq_state(const void *result) {
  const char *state = result ? pq.PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
  return state ? state : "";
}

const char *wt_pq_changed(const void *result) { return pq.PQcmdTuples((PGresult *)result); }

int wt_pq_row_count(const void *result) { return pq.PQntuples(result); }

int wt_pq_column_count(const void *result) { return pq.PQnfields(result); }

const char *wt_pq_field(const void *result, int row, int column, int *length) {
  *length = 0;
  if (pq.PQgetisnull(result, row, column)) return NULL;
  *length = pq.PQgetlength(result, row, column);
  return pq.PQgetvalue(result, row, column);
}
