// The pages of a finished PDF file, read by libqpdf. The library is opened when a file is first read, because a
// linked one would be loaded at every start of the program.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct wt_qpdf wt_qpdf;

typedef enum wt_qpdf_status {
  wt_qpdf_ok,
  /// libqpdf is not installed.
  wt_qpdf_no_library,
  /// The file is not there, is no PDF, or is one that libqpdf would have to mend.
  wt_qpdf_damaged,
  wt_qpdf_no_such_page,
  wt_qpdf_no_memory,
} wt_qpdf_status;

/// Whether the library is installed.
int wt_qpdf_is_there(void);

/// Opens a file, which must not change until it is closed.
wt_qpdf_status wt_qpdf_open(const char *file, wt_qpdf **document);
void wt_qpdf_close(wt_qpdf *document);

/// Counts the pages of the whole tree; a page that stands there twice counts twice.
int wt_qpdf_page_count(wt_qpdf *document);

/// Gives the unpacked operators of a page, counted from 0. `*bytes` is freed with `free`.
wt_qpdf_status wt_qpdf_page_content(wt_qpdf *document, int page, uint8_t **bytes, size_t *count);
