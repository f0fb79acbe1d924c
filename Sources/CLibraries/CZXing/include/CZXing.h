// zxing-cpp's reader for Swift: C++ exceptions and containers stay on the other side.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// One QR symbol found in a picture. Its corners are in pixels, clockwise from the symbol's own top left.
typedef struct wt_zxing_symbol {
  /// The text in UTF-8, `text_length` bytes.
  char *text;
  size_t text_length;
  int32_t corner_x[4];
  int32_t corner_y[4];
  /// Whether the symbol is a mirror image, which reads too.
  int mirrored;
  /// The level of error correction, L, M, Q or H; 0 where it is not known.
  char correction;
} wt_zxing_symbol;

/// The kind of a picture, which decides how a symbol is looked for in it.
typedef enum wt_zxing_sight {
  /// The picture is a photo, which is also searched rotated and scaled, with local thresholds.
  wt_zxing_photograph = 0,
  /// The picture is black and white, with symbols anywhere.
  wt_zxing_drawing = 1,
  /// The picture shows one upright symbol with its quiet zone and nothing else, so that its grid is found from
  /// its edges.
  wt_zxing_symbol_only = 2,
} wt_zxing_sight;

/// Looks for QR symbols in an 8-bit grey picture.
/// - Returns: how many there are (at most 255), or -1 where memory ran out or the size is impossible.
///   `*symbols` is freed with `wt_zxing_free`.
int wt_zxing_read(
    const uint8_t *grey, uint32_t width, uint32_t height, wt_zxing_sight sight, wt_zxing_symbol **symbols);

void wt_zxing_free(wt_zxing_symbol *symbols, int count);

#ifdef __cplusplus
}
#endif
