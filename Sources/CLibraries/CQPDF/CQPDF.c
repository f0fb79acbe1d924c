#define _GNU_SOURCE
#include "CQPDF.h"

#include <dlfcn.h>
#include <pthread.h>
#include <qpdf/qpdf-c.h>
#include <stdlib.h>

// These types and contracts are those of https://qpdf.readthedocs.io/en/stable/library.html and of the header
// itself. A function that returns no code leaves its error behind, and qpdf_has_error asks for it.
static struct {
  __typeof__(&qpdf_init) init;
  __typeof__(&qpdf_cleanup) cleanup;
  __typeof__(&qpdf_set_suppress_warnings) suppress_warnings;
  __typeof__(&qpdf_set_attempt_recovery) attempt_recovery;
  __typeof__(&qpdf_silence_errors) silence_errors;
  __typeof__(&qpdf_read) read;
  __typeof__(&qpdf_has_error) has_error;
  __typeof__(&qpdf_more_warnings) more_warnings;
  __typeof__(&qpdf_get_num_pages) page_count;
  __typeof__(&qpdf_get_page_n) page;
  __typeof__(&qpdf_oh_get_page_content_data) content;
  __typeof__(&qpdf_oh_release) release;
} qpdf;
static int is_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  // The C functions below have been the same since version 11; the soname counts the C++ interface.
  static const char *const names[] = {"libqpdf.so.29", "libqpdf.so.30"};
  void *library = NULL;
  for (size_t index = 0; !library && index < sizeof names / sizeof *names; index++)
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define FIND(name, symbol) ((qpdf.name = (__typeof__(qpdf.name))dlsym(library, #symbol)) != NULL)
  is_there = FIND(init, qpdf_init) && FIND(cleanup, qpdf_cleanup) &&
             FIND(suppress_warnings, qpdf_set_suppress_warnings) &&
             FIND(attempt_recovery, qpdf_set_attempt_recovery) && FIND(silence_errors, qpdf_silence_errors) &&
             FIND(read, qpdf_read) && FIND(has_error, qpdf_has_error) &&
             FIND(more_warnings, qpdf_more_warnings) && FIND(page_count, qpdf_get_num_pages) &&
             FIND(page, qpdf_get_page_n) && FIND(content, qpdf_oh_get_page_content_data) &&
             FIND(release, qpdf_oh_release);
}

struct wt_qpdf {
  qpdf_data data;
  int pages;
};

int wt_qpdf_is_there(void) {
  pthread_once(&once, load);
  return is_there;
}

wt_qpdf_status wt_qpdf_open(const char *file, wt_qpdf **document) {
  *document = NULL;
  if (!wt_qpdf_is_there()) return wt_qpdf_no_library;
  wt_qpdf *opened = calloc(1, sizeof *opened);
  if (!opened) return wt_qpdf_no_memory;
  opened->data = qpdf.init();
  if (!opened->data) {
    free(opened);
    return wt_qpdf_no_memory;
  }
  qpdf.silence_errors(opened->data);
  qpdf.suppress_warnings(opened->data, QPDF_TRUE);
  qpdf.attempt_recovery(opened->data, QPDF_FALSE);
  QPDF_ERROR_CODE code = qpdf.read(opened->data, file, NULL);
  if (!(code & QPDF_ERRORS)) opened->pages = qpdf.page_count(opened->data);
  if ((code & QPDF_ERRORS) || opened->pages < 0 || qpdf.has_error(opened->data) ||
      qpdf.more_warnings(opened->data)) {
    wt_qpdf_close(opened);
    return wt_qpdf_damaged;
  }
  *document = opened;
  return wt_qpdf_ok;
}

void wt_qpdf_close(wt_qpdf *document) {
  if (!document) return;
  qpdf.cleanup(&document->data);
  free(document);
}

int wt_qpdf_page_count(wt_qpdf *document) { return document->pages; }

wt_qpdf_status wt_qpdf_page_content(wt_qpdf *document, int index, uint8_t **bytes, size_t *count) {
  *bytes = NULL;
  *count = 0;
  if (index < 0 || index >= document->pages) return wt_qpdf_no_such_page;
  qpdf_oh page = qpdf.page(document->data, (size_t)index);
  QPDF_ERROR_CODE code = qpdf.content(document->data, page, bytes, count);
  qpdf.release(document->data, page);
  if ((code & QPDF_ERRORS) || qpdf.has_error(document->data) || qpdf.more_warnings(document->data)) {
    free(*bytes);
    *bytes = NULL;
    *count = 0;
    return wt_qpdf_damaged;
  }
  return wt_qpdf_ok;
}
