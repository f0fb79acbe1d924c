// A picture made smaller row by row, so that a large one is never in memory: each grey of the result is the mean of the
// area that it covers, in whole numbers, which are the same on every processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A small picture of greys, 0 for black; it has width × height bytes, the top row first.
typedef struct wt_shrunk {
  uint32_t width;
  uint32_t height;
  uint8_t *greys;
} wt_shrunk;

typedef struct wt_shrinker wt_shrinker;

/// Begins with a picture of `width` × `height` pixels, 1 to 65,500 each, whose longer side gets `longest` pixels; a smaller
/// picture keeps its size. NULL where there is no memory or a number is out of range.
wt_shrinker *wt_shrink_begin(uint32_t width, uint32_t height, uint32_t longest);

/// Takes the next row of the picture, `width` greys. Rows below the last one are ignored.
void wt_shrink_row(wt_shrinker *shrinker, const uint8_t *greys);

/// Ends with the small picture; rows that were not given are black. `greys` is freed with `wt_shrunk_free`, and is NULL
/// where there is no memory. The shrinker is gone.
wt_shrunk wt_shrink_end(wt_shrinker *shrinker);

/// Ends without a picture; NULL is allowed.
void wt_shrink_drop(wt_shrinker *shrinker);

void wt_shrunk_free(uint8_t *greys);
