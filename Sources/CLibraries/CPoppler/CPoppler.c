#define _GNU_SOURCE
#include "CPoppler.h"

#include <cairo.h>
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>

// These are the declarations of poppler.h and glib.h, https://poppler.freedesktop.org/api/glib/
typedef struct GBytes GBytes;
static struct {
  GBytes *(*bytes_new_static)(const void *, size_t);
  void (*bytes_unref)(GBytes *);
  void (*error_free)(void *);
  void (*object_unref)(void *);
  void *(*document_new)(GBytes *, const char *password, void **error);
  int (*pages)(void *document);
  void *(*page)(void *document, int index);
  void (*page_size)(void *page, double *width, double *height);
  void (*page_render)(void *page, cairo_t *);
} poppler;
static int is_there;

static void load(void) {
  // The library's own dependencies bring in glib and gobject.
  void *library = dlopen("libpoppler-glib.so.8", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define FIND(name, symbol) ((poppler.name = (__typeof__(poppler.name))dlsym(library, symbol)) != NULL)
  is_there = FIND(bytes_new_static, "g_bytes_new_static") && FIND(bytes_unref, "g_bytes_unref") &&
             FIND(error_free, "g_error_free") && FIND(object_unref, "g_object_unref") &&
             FIND(document_new, "poppler_document_new_from_bytes") &&
             FIND(pages, "poppler_document_get_n_pages") && FIND(page, "poppler_document_get_page") &&
             FIND(page_size, "poppler_page_get_size") && FIND(page_render, "poppler_page_render");
}

struct wt_pdf {
  void *document;
};

wt_pdf_status wt_pdf_open(const uint8_t *bytes, size_t count, wt_pdf **document) {
  *document = NULL;
  load();
  if (!is_there) return wt_pdf_no_library;
  wt_pdf *opened = calloc(1, sizeof *opened);
  if (!opened) return wt_pdf_no_memory;
  GBytes *wrapped = poppler.bytes_new_static(bytes, count);
  void *error = NULL;
  opened->document = poppler.document_new(wrapped, NULL, &error);
  poppler.bytes_unref(wrapped);
  if (error) poppler.error_free(error);
  if (!opened->document) {
    free(opened);
    return wt_pdf_damaged;
  }
  *document = opened;
  return wt_pdf_ok;
}

int wt_pdf_page_count(wt_pdf *document) { return poppler.pages(document->document); }

wt_pdf_status wt_pdf_render(
    wt_pdf *document, int index, double dots_per_inch, uint64_t max_pixels, uint8_t **pixels, uint32_t *width,
    uint32_t *height) {
  *pixels = NULL;
  if (index < 0 || index >= wt_pdf_page_count(document)) return wt_pdf_no_such_page;
  void *page = poppler.page(document->document, index);
  if (!page) return wt_pdf_damaged;
  double points_wide = 0, points_high = 0;
  poppler.page_size(page, &points_wide, &points_high);
  double scale = dots_per_inch / 72;
  double wide = ceil(points_wide * scale - 1e-6), high = ceil(points_high * scale - 1e-6);
  wt_pdf_status status = wt_pdf_ok;
  // cairo takes pictures of at most 32767 pixels a side.
  if (!(wide >= 1 && high >= 1)) status = wt_pdf_damaged;
  else if (wide > 32767 || high > 32767 || wide * high > (double)max_pixels) status = wt_pdf_too_large;
  if (status != wt_pdf_ok) {
    poppler.object_unref(page);
    return status;
  }
  cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)wide, (int)high);
  cairo_t *context = cairo_create(surface);
  cairo_set_source_rgb(context, 1, 1, 1);
  cairo_paint(context);
  cairo_scale(context, scale, scale);
  poppler.page_render(page, context);
  poppler.object_unref(page);
  cairo_surface_flush(surface);
  uint8_t *grey = NULL;
  if (cairo_status(context) != CAIRO_STATUS_SUCCESS || cairo_surface_status(surface) != CAIRO_STATUS_SUCCESS)
    status = wt_pdf_no_memory;
  else if (!(grey = malloc((size_t)wide * (size_t)high))) status = wt_pdf_no_memory;
  if (grey) {
    const uint8_t *data = cairo_image_surface_get_data(surface);
    size_t stride = (size_t)cairo_image_surface_get_stride(surface);
    for (size_t y = 0; y < (size_t)high; y++) {
      const uint32_t *row = (const uint32_t *)(data + y * stride);
      for (size_t x = 0; x < (size_t)wide; x++) {
        uint32_t red = row[x] >> 16 & 255, green = row[x] >> 8 & 255, blue = row[x] & 255;
        grey[y * (size_t)wide + x] = (uint8_t)((red * 77 + green * 150 + blue * 29) >> 8);
      }
    }
    *pixels = grey;
    *width = (uint32_t)wide;
    *height = (uint32_t)high;
  }
  cairo_destroy(context);
  cairo_surface_destroy(surface);
  return status;
}
