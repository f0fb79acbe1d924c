// Pages of a PDF as grey pictures, by poppler. The library is opened by `dlopen`, so that a program can say that it
// is missing. Only one thread may call these functions.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct wt_pdf wt_pdf;

typedef enum wt_pdf_status {
  wt_pdf_ok,
  /// poppler is not installed.
  wt_pdf_no_library,
  wt_pdf_damaged,
  wt_pdf_no_such_page,
  wt_pdf_too_large,
  wt_pdf_no_memory,
} wt_pdf_status;

/// Opens a document, which stays open until the program ends, as `bytes` has to.
wt_pdf_status wt_pdf_open(const uint8_t *bytes, size_t count, wt_pdf **document);

int wt_pdf_page_count(wt_pdf *document);

/// Renders a page, counted from 0, on white. `*pixels` has a byte a pixel, 0 black, and is freed with `free`.
/// - `max_pixels`: a larger picture is refused before it is made.
wt_pdf_status wt_pdf_render(
    wt_pdf *document, int page, double dots_per_inch, uint64_t max_pixels, uint8_t **pixels, uint32_t *width,
    uint32_t *height);
