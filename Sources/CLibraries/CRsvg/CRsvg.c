#define _GNU_SOURCE
#include "CRsvg.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>

// These are the declarations of rsvg.h, https://gnome.pages.gitlab.gnome.org/librsvg/Rsvg-2.0/
typedef struct {
  double x, y, width, height;
} rectangle;
static struct {
  void (*error_free)(void *);
  void (*object_unref)(void *);
  void *(*handle_new)(const uint8_t *, size_t, void **error);
  void (*set_dpi)(void *, double);
  int (*size)(void *, double *width, double *height);
  int (*render)(void *, cairo_t *, const rectangle *, void **error);
} rsvg;
static int is_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  // The library's own dependencies bring in glib and gobject.
  void *library = dlopen("librsvg-2.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define FIND(name, symbol) ((rsvg.name = (__typeof__(rsvg.name))dlsym(library, symbol)) != NULL)
  is_there = FIND(error_free, "g_error_free") && FIND(object_unref, "g_object_unref") &&
             FIND(handle_new, "rsvg_handle_new_from_data") && FIND(set_dpi, "rsvg_handle_set_dpi") &&
             FIND(size, "rsvg_handle_get_intrinsic_size_in_pixels") &&
             FIND(render, "rsvg_handle_render_document");
}

struct wt_svg {
  void *handle;
};

wt_svg_status wt_svg_open(const uint8_t *bytes, size_t count, wt_svg **drawing) {
  *drawing = NULL;
  pthread_once(&once, load);
  if (!is_there) return wt_svg_no_library;
  if (count == 0) return wt_svg_damaged;
  wt_svg *opened = calloc(1, sizeof *opened);
  if (!opened) return wt_svg_no_memory;
  void *error = NULL;
  opened->handle = rsvg.handle_new(bytes, count, &error);
  if (error) rsvg.error_free(error);
  if (!opened->handle) {
    free(opened);
    return wt_svg_damaged;
  }
  rsvg.set_dpi(opened->handle, 96);
  *drawing = opened;
  return wt_svg_ok;
}

void wt_svg_close(wt_svg *drawing) {
  if (!drawing) return;
  rsvg.object_unref(drawing->handle);
  free(drawing);
}

int wt_svg_size(wt_svg *drawing, double *width, double *height) {
  return rsvg.size(drawing->handle, width, height) && *width > 0 && *height > 0;
}

wt_svg_status wt_svg_draw(wt_svg *drawing, cairo_t *context, double width, double height) {
  rectangle viewport = {0, 0, width, height};
  void *error = NULL;
  int drawn = rsvg.render(drawing->handle, context, &viewport, &error);
  if (error) rsvg.error_free(error);
  return drawn ? wt_svg_ok : wt_svg_damaged;
}
