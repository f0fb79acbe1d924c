// A picture made smaller row by row, so that a large one is never in memory: each sample of the result is the
// mean of the area that it covers, in whole numbers, which are the same on every processor.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// A small picture of width × height pixels without gaps, the top row first. A pixel has `channels` bytes: one
/// for a grey, 0 for black; three for Y, Cb and Cr as JFIF defines them.
typedef struct wt_shrunk {
  uint32_t width;
  uint32_t height;
  uint32_t channels;
  uint8_t *samples;
} wt_shrunk;

typedef struct wt_shrinker wt_shrinker;

/// Begins with a picture of `width` × `height` pixels, 1 to 65,500 each, of 1 or 3 `channels`, whose longer side gets
/// `longest` pixels; a smaller picture keeps its size. NULL where there is no memory or a number is out of range.
wt_shrinker *wt_shrink_begin(uint32_t width, uint32_t height, uint32_t channels, uint32_t longest);

/// Takes the next row of the picture, `width` × `channels` samples. Rows below the last one are ignored.
void wt_shrink_row(wt_shrinker *shrinker, const uint8_t *samples);

/// Ends with the small picture; rows that were not given are black. `samples` is freed with `wt_shrunk_free`.
/// The shrinker is gone.
wt_shrunk wt_shrink_end(wt_shrinker *shrinker);

/// Ends without a picture; NULL is allowed.
void wt_shrink_drop(wt_shrinker *shrinker);

void wt_shrunk_free(uint8_t *samples);

/// Turns a row of RGB, three bytes a pixel, into Y, Cb and Cr as JFIF defines them, in whole numbers.
void wt_ycc_of_rgb(uint8_t *pixels, uint32_t width);
