#include "CPNG.h"

#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// The maximum size of one ancillary chunk after decompression, bytes; a text or profile chunk can be a bomb of
// its own.
static const png_alloc_size_t largest_chunk_bytes = 8u << 20;

// The maximum size of compressed rows in one chunk, bytes; the format admits 2 GiB less one.
static const size_t longest_part_bytes = 1u << 30;

// The state of a run. It lives on the heap, so that nothing in it is lost by the jump: locals of the frame
// that called setjmp are indeterminate after it where they changed in between (C11 7.13.2.1).
typedef struct run {
  png_structp png;
  png_infop info;
  wt_png_status status;
  // The bytes not yet taken, when reading.
  const uint8_t *rest;
  size_t rest_length;
  // The bytes written so far, when writing.
  uint8_t *out;
  size_t out_length;
  size_t out_capacity;
  // The picture, or one row of it, when reading.
  uint8_t *pixels;
  // A row of the picture in its full width, in the form that the small pictures take: Y, Cb and Cr, or greys.
  uint8_t *row;
  wt_shrinker *small;
  wt_shrinker *copy;
  wt_png_size size;
} run;

static void leave(png_structp png, png_const_charp message) {
  (void)message;
  run *self = png_get_error_ptr(png);
  if (self->status == wt_png_ok) self->status = wt_png_corrupt;
  png_longjmp(png, 1);
}

static void ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static void fail(run *self, wt_png_status status) {
  self->status = status;
  png_longjmp(self->png, 1);
}

static void take(png_structp png, png_bytep into, png_size_t count) {
  run *self = png_get_io_ptr(png);
  if (count > self->rest_length) fail(self, wt_png_truncated);
  memcpy(into, self->rest, count);
  self->rest += count;
  self->rest_length -= count;
}

static void give(png_structp png, png_bytep from, png_size_t count) {
  run *self = png_get_io_ptr(png);
  if (count > self->out_capacity - self->out_length) {
    size_t capacity = self->out_capacity ? self->out_capacity : 4096;
    while (capacity - self->out_length < count) {
      if (capacity > SIZE_MAX / 2) fail(self, wt_png_no_memory);
      capacity *= 2;
    }
    uint8_t *grown = realloc(self->out, capacity);
    if (!grown) fail(self, wt_png_no_memory);
    self->out = grown;
    self->out_capacity = capacity;
  }
  memcpy(self->out + self->out_length, from, count);
  self->out_length += count;
}

static void flush(png_structp png) { (void)png; }

// MARK: - Writing

static void put(uint8_t *into, uint32_t value) {
  for (int byte = 0; byte < 4; byte++) into[byte] = (uint8_t)(value >> (24 - 8 * byte));
}

static void frame(run *self, const uint8_t *packed, size_t packed_length, wt_png_layout layout) {
  png_set_write_fn(self->png, self, give, flush);
  png_write_sig(self->png);
  uint8_t header[13] = {0};
  put(header, self->size.width);
  put(header + 4, self->size.height);
  header[8] = layout == wt_png_layout_bit ? 1 : 8;
  header[9] = layout == wt_png_layout_rgb ? PNG_COLOR_TYPE_RGB : PNG_COLOR_TYPE_GRAY;
  png_write_chunk(self->png, (png_const_bytep) "IHDR", header, sizeof header);
  if (self->size.pixels_per_metre_x && self->size.pixels_per_metre_y) {
    uint8_t size[9];
    put(size, self->size.pixels_per_metre_x);
    put(size + 4, self->size.pixels_per_metre_y);
    size[8] = PNG_RESOLUTION_METER;
    png_write_chunk(self->png, (png_const_bytep) "pHYs", size, sizeof size);
  }
  for (size_t done = 0; done < packed_length;) {
    size_t part = packed_length - done;
    if (part > longest_part_bytes) part = longest_part_bytes;
    png_write_chunk(self->png, (png_const_bytep) "IDAT", packed + done, part);
    done += part;
  }
  png_write_chunk(self->png, (png_const_bytep) "IEND", NULL, 0);
}

wt_png_status wt_png_frame(
    const uint8_t *packed, size_t packed_length, wt_png_size size, wt_png_layout layout, uint8_t **bytes,
    size_t *length) {
  *bytes = NULL;
  *length = 0;
  if (!packed || !packed_length || !size.width || !size.height) return wt_png_bad_argument;
  if (size.width > WT_PNG_LONGEST_SIDE || size.height > WT_PNG_LONGEST_SIDE) return wt_png_too_large;

  run *self = calloc(1, sizeof *self);
  if (!self) return wt_png_no_memory;
  self->size = size;
  self->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, self, leave, ignore);
  if (!self->png) {
    self->status = wt_png_no_memory;
  } else if (!setjmp(png_jmpbuf(self->png))) {
    frame(self, packed, packed_length, layout);
  }
  png_destroy_write_struct(&self->png, NULL);
  wt_png_status status = self->status;
  if (status == wt_png_ok) {
    *bytes = self->out;
    *length = self->out_length;
  } else {
    free(self->out);
  }
  free(self);
  return status;
}

// MARK: - Decoding

static void open_header(run *self, uint64_t max_pixels) {
  self->info = png_create_info_struct(self->png);
  if (!self->info) fail(self, wt_png_no_memory);
  png_set_user_limits(self->png, 0x7FFFFFFF, 0x7FFFFFFF);  // ours come below, with a status of their own
  png_set_chunk_malloc_max(self->png, largest_chunk_bytes);
  // By default a broken ancillary chunk is only dropped; a file that is broken anywhere is no evidence.
  png_set_crc_action(self->png, PNG_CRC_ERROR_QUIT, PNG_CRC_ERROR_QUIT);
  png_set_read_fn(self->png, self, take);
  png_read_info(self->png, self->info);
  self->size.width = png_get_image_width(self->png, self->info);
  self->size.height = png_get_image_height(self->png, self->info);
  self->size.pixels_per_metre_x = png_get_x_pixels_per_meter(self->png, self->info);
  self->size.pixels_per_metre_y = png_get_y_pixels_per_meter(self->png, self->info);
  if (self->size.width > WT_PNG_LONGEST_SIDE || self->size.height > WT_PNG_LONGEST_SIDE ||
      (uint64_t)self->size.width * self->size.height > max_pixels) {
    fail(self, wt_png_too_large);
  }
}

static void read_rows_and_end(run *self) {
  int passes = png_set_interlace_handling(self->png);
  png_read_update_info(self->png, self->info);
  size_t row_bytes = png_get_rowbytes(self->png, self->info);
  self->pixels = calloc(self->size.height, row_bytes);
  if (!self->pixels) fail(self, wt_png_no_memory);
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t row = 0; row < self->size.height; row++) {
      png_read_row(self->png, self->pixels + row * row_bytes, NULL);
    }
  }
  png_read_end(self->png, NULL);
}

// Has libpng give the rows of any file as 8-bit grey, followed by 8-bit alpha where it has transparency.
static void ask_for_grey(run *self) {
  png_set_scale_16(self->png);
  png_set_expand(self->png);
  if (png_get_color_type(self->png, self->info) & PNG_COLOR_MASK_COLOR) {
    png_set_rgb_to_gray_fixed(self->png, PNG_ERROR_ACTION_NONE, -1, -1);
  }
}

static void insist_on_bits(run *self) {
  if (png_get_bit_depth(self->png, self->info) != 1 ||
      png_get_color_type(self->png, self->info) != PNG_COLOR_TYPE_GRAY ||
      png_get_interlace_type(self->png, self->info) != PNG_INTERLACE_NONE ||
      png_get_valid(self->png, self->info, PNG_INFO_tRNS)) {
    fail(self, wt_png_other_layout);
  }
}

// Lays a sample over white.
static uint8_t over_white(unsigned sample, unsigned alpha) {
  return (uint8_t)((sample * alpha + 255 * (255 - alpha) + 127) / 255);
}

static void lay_over_white(run *self) {
  if (png_get_channels(self->png, self->info) != 2) return;
  size_t count = (size_t)self->size.width * self->size.height;
  for (size_t pixel = 0; pixel < count; pixel++) {
    self->pixels[pixel] = over_white(self->pixels[2 * pixel], self->pixels[2 * pixel + 1]);
  }
}

// MARK: - Runs of decoding

// Begins to read a file that starts with PNG's signature. `*begun` is NULL where the status is not `wt_png_ok`.
static wt_png_status begin(const uint8_t *bytes, size_t length, run **begun) {
  *begun = NULL;
  if (!bytes && length) return wt_png_bad_argument;
  size_t head = length < 8 ? length : 8;
  if (length == 0 || png_sig_cmp(bytes, 0, head)) return wt_png_not_png;
  run *self = calloc(1, sizeof *self);
  if (!self) return wt_png_no_memory;
  self->rest = bytes;
  self->rest_length = length;
  self->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, self, leave, ignore);
  if (!self->png) {
    free(self);
    return wt_png_no_memory;
  }
  *begun = self;
  return wt_png_ok;
}

static wt_png_status end(run *self) {
  wt_png_status status = self->status;
  png_destroy_read_struct(&self->png, &self->info, NULL);
  wt_shrink_drop(self->small);
  wt_shrink_drop(self->copy);
  free(self->row);
  free(self->pixels);
  free(self);
  return status;
}

// The use that is made of the rows.
typedef enum use { use_grey, use_bits } use;

static wt_png_status read(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, use rows, uint8_t **pixels,
    wt_png_size *size) {
  memset(size, 0, sizeof *size);
  run *self;
  wt_png_status status = begin(bytes, length, &self);
  if (!self) return status;
  if (!setjmp(png_jmpbuf(self->png))) {
    open_header(self, max_pixels);
    if (rows == use_grey) ask_for_grey(self);
    if (rows == use_bits) insist_on_bits(self);
    read_rows_and_end(self);
    if (rows == use_grey) lay_over_white(self);
    *pixels = self->pixels;
    self->pixels = NULL;
  }
  *size = self->size;
  return end(self);
}

wt_png_status wt_png_decode_grey(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, uint8_t **pixels, wt_png_size *size) {
  *pixels = NULL;
  return read(bytes, length, max_pixels, use_grey, pixels, size);
}

wt_png_status wt_png_decode_bits(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, uint8_t **pixels, wt_png_size *size) {
  *pixels = NULL;
  return read(bytes, length, max_pixels, use_bits, pixels, size);
}

// MARK: - Small pictures

// Gives a row to both small pictures, of which the copy may be missing.
static void give_row(run *self, const uint8_t *pixels, int channels) {
  int colours = channels > 2 ? 3 : 1;
  int has_alpha = channels == 2 || channels == 4;
  for (uint32_t x = 0; x < self->size.width; x++) {
    const uint8_t *pixel = pixels + (size_t)x * (unsigned)channels;
    for (int colour = 0; colour < 3; colour++) {
      uint8_t sample = pixel[colours == 3 ? colour : 0];
      self->row[3 * x + (unsigned)colour] = has_alpha ? over_white(sample, pixel[channels - 1]) : sample;
    }
  }
  wt_ycc_of_rgb(self->row, self->size.width);
  if (self->copy) wt_shrink_row(self->copy, self->row);
  for (uint32_t x = 0; x < self->size.width; x++) self->row[x] = self->row[3 * x];
  wt_shrink_row(self->small, self->row);
}

// Makes the picture small as its rows come. The rows of an interlaced picture are whole in the last pass only, and each
// pass needs the row as the pass before it left it, so that such a picture is kept.
static void shrink_rows_and_end(
    run *self, uint64_t max_kept_bytes, uint32_t longest_small, uint32_t longest_copy, int makes_copy) {
  int passes = png_set_interlace_handling(self->png);
  png_read_update_info(self->png, self->info);
  size_t row_bytes = png_get_rowbytes(self->png, self->info);
  int channels = png_get_channels(self->png, self->info);
  uint32_t width = self->size.width, height = self->size.height;
  uint32_t kept_rows = passes > 1 ? height : 1;
  if ((uint64_t)kept_rows * row_bytes > max_kept_bytes) fail(self, wt_png_too_much_memory);
  self->pixels = calloc(kept_rows, row_bytes);
  self->row = malloc((size_t)width * 3);
  self->small = wt_shrink_begin(width, height, 1, longest_small);
  if (makes_copy) self->copy = wt_shrink_begin(width, height, 3, longest_copy);
  if (!self->pixels || !self->row || !self->small || (makes_copy && !self->copy)) fail(self, wt_png_no_memory);
  for (int pass = 0; pass < passes; pass++) {
    for (uint32_t row = 0; row < height; row++) {
      uint8_t *pixels = self->pixels + (passes > 1 ? row * row_bytes : 0);
      png_read_row(self->png, pixels, NULL);
      if (pass == passes - 1) give_row(self, pixels, channels);
    }
  }
  png_read_end(self->png, NULL);
}

wt_png_status wt_png_shrink(
    const uint8_t *bytes, size_t length, uint64_t max_pixels, uint64_t max_kept_bytes, uint32_t longest_small,
    uint32_t longest_copy, wt_shrunk *small, wt_shrunk *copy) {
  memset(small, 0, sizeof *small);
  if (copy) memset(copy, 0, sizeof *copy);
  run *self;
  wt_png_status status = begin(bytes, length, &self);
  if (!self) return status;
  if (!setjmp(png_jmpbuf(self->png))) {
    open_header(self, max_pixels);
    png_set_scale_16(self->png);
    png_set_expand(self->png);
    shrink_rows_and_end(self, max_kept_bytes, longest_small, longest_copy, copy != NULL);
    *small = wt_shrink_end(self->small);
    self->small = NULL;
    if (copy) {
      *copy = wt_shrink_end(self->copy);
      self->copy = NULL;
    }
  }
  return end(self);
}

void wt_png_free(uint8_t *bytes) { free(bytes); }
