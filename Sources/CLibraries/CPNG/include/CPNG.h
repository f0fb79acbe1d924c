// libpng driven from C. Its errors leave by longjmp, which must not cross a Swift frame, so every jump is
// caught here and returned as a status. The simplified API would need no jumps, but has no field for the
// physical resolution (pHYs). http://www.libpng.org/pub/png/libpng-1.4.0-manual.pdf
#pragma once

#include <CShrink.h>
#include <stddef.h>
#include <stdint.h>

typedef enum wt_png_status {
  wt_png_ok = 0,
  /// The bytes do not start with PNG's signature.
  wt_png_not_png,
  /// The bytes end before the picture does.
  wt_png_truncated,
  /// A checksum, a chunk or the compressed data is wrong.
  wt_png_corrupt,
  /// The picture is wider, higher or has more pixels than the caller or this library admits.
  wt_png_too_large,
  /// The picture is not 1-bit grey, or is interlaced, where only plain 1-bit grey is taken.
  wt_png_other_layout,
  wt_png_no_memory,
  /// The picture is interlaced, and keeping it takes more memory than the caller admits.
  wt_png_too_much_memory,
  /// An argument is out of range; nothing was done.
  wt_png_bad_argument,
} wt_png_status;

/// The layout of the rows given to `wt_png_frame`.
typedef enum wt_png_layout {
  /// A row has 8 pixels in a byte, the leftmost in the highest bit, 0 for black, and starts on a byte.
  wt_png_layout_bit = 0,
  /// A row has one byte for each pixel, 0 for black.
  wt_png_layout_grey = 1,
  /// A row has three bytes for each pixel: red, green, blue.
  wt_png_layout_rgb = 2,
} wt_png_layout;

typedef struct wt_png_size {
  uint32_t width;
  uint32_t height;
  /// The horizontal resolution in pHYs; 0 where the file names none in metres.
  uint32_t pixels_per_metre_x;
  /// The vertical resolution in pHYs; 0 where the file names none in metres.
  uint32_t pixels_per_metre_y;
} wt_png_size;

/// The longest side that any function here takes, pixels.
#define WT_PNG_LONGEST_SIDE 65500

/// Makes a file from packed rows, each behind its filter byte, in zlib's format; libpng writes the chunks.
/// `*bytes` is freed with `wt_png_free`.
wt_png_status wt_png_frame(
    const uint8_t *packed, size_t packed_length, wt_png_size size, wt_png_layout layout, uint8_t **bytes,
    size_t *length);

/// Decodes any PNG into 8-bit grey, transparent parts over white, 16-bit samples rounded.
/// `*pixels` has width × height bytes and is freed with `wt_png_free`.
wt_png_status wt_png_decode_grey(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, uint8_t **pixels, wt_png_size *size);

/// Decodes a PNG of 1-bit grey that is not interlaced, and refuses any other.
/// `*pixels` has rows of (width + 7) / 8 bytes, 0 black, and is freed with `wt_png_free`.
wt_png_status wt_png_decode_bits(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, uint8_t **pixels, wt_png_size *size);

/// Decodes everything to the end chunk and makes the picture small on the way, transparent parts over white:
/// into greys whose longer side has `longest_small` pixels, and where `copy` is not NULL also into Y, Cb and Cr
/// whose longer side has `longest_copy` pixels. A smaller picture keeps its size. Only an interlaced picture is
/// kept while it is read, in at most `max_kept_bytes`, one to four bytes a pixel. The samples of both are
/// freed with `wt_shrunk_free`, and are NULL where the status is not `wt_png_ok`.
wt_png_status wt_png_shrink(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, uint64_t max_kept_bytes, uint32_t longest_small,
    uint32_t longest_copy, wt_shrunk *small, wt_shrunk *copy);

void wt_png_free(uint8_t *bytes);
