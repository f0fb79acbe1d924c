// SVG rendered by librsvg. The library is opened when a drawing is first rendered, because a linked one would
// be loaded at every start of the program.
#pragma once

#include <cairo.h>
#include <stddef.h>
#include <stdint.h>

typedef enum wt_svg_status {
  wt_svg_ok,
  wt_svg_no_library,
  wt_svg_damaged,
  wt_svg_no_memory,
} wt_svg_status;

typedef struct wt_svg wt_svg;

/// Opens a drawing and copies what it needs. Nothing outside the bytes is ever opened, because the drawing has
/// no base URL.
wt_svg_status wt_svg_open(const uint8_t *bytes, size_t count, wt_svg **drawing);
void wt_svg_close(wt_svg *drawing);

/// Gives the drawing's own width and height in pixels of 1/96 inch; returns 0 where the drawing states none.
int wt_svg_size(wt_svg *drawing, double *width, double *height);

/// Draws the drawing as large as fits into width and height of the context's units, in their middle.
wt_svg_status wt_svg_draw(wt_svg *drawing, cairo_t *context, double width, double height);
