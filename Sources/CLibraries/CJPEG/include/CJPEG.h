// libjpeg driven from C, to check a photo and to write its copy. Its errors leave by longjmp, which must not
// cross a Swift frame, and its warnings go to a callback one by one. TurboJPEG reports only the first of them,
// and stops either at any warning or at none.
// https://github.com/libjpeg-turbo/libjpeg-turbo/blob/2.1.5/libjpeg.txt
#pragma once

#include <CShrink.h>
#include <stddef.h>
#include <stdint.h>

typedef enum wt_jpeg_status {
  wt_jpeg_ok = 0,
  /// The bytes end before the picture does.
  wt_jpeg_truncated,
  /// A header or the data of the picture is wrong.
  wt_jpeg_corrupt,
  /// The picture needs more memory, or more passes, than is admitted.
  wt_jpeg_too_large,
} wt_jpeg_status;

typedef struct wt_jpeg_header {
  /// Width of the picture in pixels, from 1 to 65,500.
  uint32_t width;
  /// Height of the picture in pixels, from 1 to 65,500.
  uint32_t height;
  /// Bytes of memory that decoding keeps until the last pass is read; 0 where the picture comes in one pass.
  uint64_t coefficient_bytes;
} wt_jpeg_header;

/// Reads the header, up to the first data of the picture.
wt_jpeg_status wt_jpeg_read_header(const uint8_t *bytes, size_t length, wt_jpeg_header *header);

/// Decodes every block of the picture, once, and makes it small on the way: into greys whose longer side has
/// `longest_small` pixels, and where `copy` is not NULL also into Y, Cb and Cr whose longer side has
/// `longest_copy` pixels. A smaller picture keeps its size. A warning is judged by its number: odd headers and
/// stray bytes between them change nothing in the picture, missing or damaged data do. `max_coefficient_bytes`
/// bounds the memory that decoding keeps. The samples of both are freed with `wt_shrunk_free`, and are NULL
/// where the status is not `wt_jpeg_ok`.
wt_jpeg_status wt_jpeg_shrink(
    const uint8_t *bytes, size_t length, uint64_t max_coefficient_bytes, uint32_t longest_small, uint32_t longest_copy,
    wt_shrunk *small, wt_shrunk *copy);

/// Writes a picture of Y, Cb and Cr as a baseline JPEG of `quality` 1 to 100 with half the colours' resolution,
/// a header of JFIF, one comment of at most 65,533 bytes and nothing else. The rows of `band`, which is as
/// wide, take the place of the last rows of `picture`. The same picture gives the same bytes.
/// Returns 1, or 0 where there is no memory or an argument is out of range. `*bytes` is freed with `wt_jpeg_free`.
int wt_jpeg_write(
    const wt_shrunk *picture, const wt_shrunk *band, int quality, const char *comment, uint8_t **bytes,
    size_t *length);

void wt_jpeg_free(uint8_t *bytes);
