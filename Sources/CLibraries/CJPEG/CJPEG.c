#include "CJPEG.h"

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// The maximum number of passes that are read. Cameras and editors write about ten; each pass goes over all of
// the picture, so more of them are a way to waste time.
static const int max_passes = 100;

// The state of a run. It lives on the heap, so that nothing in it is lost by the jump: locals of the frame that called
// setjmp are indeterminate after it where they changed in between (C11 7.13.2.1).
typedef struct run {
  struct jpeg_decompress_struct jpeg;
  struct jpeg_error_mgr errors;
  struct jpeg_progress_mgr progress;
  jmp_buf place;
  wt_jpeg_status status;
  size_t length;
  uint64_t leftover;
  JSAMPLE *row;
  // A row in another form than the decoder's.
  JSAMPLE *colours;
  wt_shrinker *small;
  wt_shrinker *copy;
} run;

static void leave(run *self, wt_jpeg_status status) {
  self->status = status;
  longjmp(self->place, 1);
}

static void fail(j_common_ptr jpeg) {
  run *self = jpeg->client_data;
  int code = jpeg->err->msg_code;
  int wants_memory = code == JERR_OUT_OF_MEMORY || code == JERR_NO_BACKING_STORE;
  leave(self, wants_memory ? wt_jpeg_too_large : wt_jpeg_corrupt);
}

// Counts the bytes behind the last block of a pass. Where they are more than 4,096 and more than a sixteenth of
// the file, the picture was decoded from data that are not its own, and is corrupt. A few stray bytes mean
// nothing.
static void count_leftover(run *self, int bytes) {
  if (self->jpeg.input_scan_number < 1 || bytes < 1) return;
  self->leftover += (uint64_t)bytes;
  if (self->leftover > 4096 && self->leftover > self->length / 16) leave(self, wt_jpeg_corrupt);
}

// Takes a message; a level below 0 is a warning,
// https://github.com/libjpeg-turbo/libjpeg-turbo/blob/2.1.5/jerror.h names them.
static void hear(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  run *self = jpeg->client_data;
  switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA: count_leftover(self, jpeg->err->msg_parm.i[0]); return;
    // These are warnings of the headers: the version of JFIF, a colour transform of Adobe's, bounds of a pass
    // that have no meaning in a picture of one pass (phones of Samsung write them), a profile of colours.
    case JWRN_JFIF_MAJOR:
    case JWRN_ADOBE_XFORM:
    case JWRN_NOT_SEQUENTIAL:
    case JWRN_BOGUS_ICC: return;
    case JWRN_JPEG_EOF: leave(self, wt_jpeg_truncated); return;
    default: leave(self, wt_jpeg_corrupt);
  }
}

static void say_nothing(j_common_ptr jpeg) { (void)jpeg; }

static void count_passes(j_common_ptr jpeg) {
  run *self = jpeg->client_data;
  if (self->jpeg.input_scan_number > max_passes) leave(self, wt_jpeg_too_large);
}

static run *begin(size_t length) {
  run *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  self->length = length;
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = fail;
  self->errors.emit_message = hear;
  self->errors.output_message = say_nothing;
  self->jpeg.client_data = self;
  return self;
}

static wt_jpeg_status end(run *self) {
  wt_jpeg_status status = self->status;
  jpeg_destroy_decompress(&self->jpeg);
  free(self->row);
  free(self->colours);
  wt_shrink_drop(self->small);
  wt_shrink_drop(self->copy);
  free(self);
  return status;
}

static uint64_t padded(JDIMENSION blocks, int factor) {
  uint64_t step = factor > 0 ? (uint64_t)factor : 1;
  return ((uint64_t)blocks + step - 1) / step * step;
}

// Returns the memory of a picture in several passes, bytes, which is kept as coefficients, 64 of two bytes a
// block, until the last pass is read; 0 for a picture in one pass.
static uint64_t coefficient_bytes(j_decompress_ptr jpeg) {
  if (!jpeg_has_multiple_scans(jpeg)) return 0;
  uint64_t bytes = 0;
  for (int index = 0; index < jpeg->num_components; index++) {
    const jpeg_component_info *component = &jpeg->comp_info[index];
    bytes += padded(component->width_in_blocks, component->h_samp_factor) *
             padded(component->height_in_blocks, component->v_samp_factor) * sizeof(JBLOCK);
  }
  return bytes;
}

static void open_header(run *self, const uint8_t *bytes) {
  jpeg_create_decompress(&self->jpeg);
  // Creation clears every field but the error manager and this one.
  self->jpeg.client_data = self;
  jpeg_mem_src(&self->jpeg, bytes, self->length);
  jpeg_read_header(&self->jpeg, TRUE);
}

wt_jpeg_status wt_jpeg_read_header(const uint8_t *bytes, size_t length, wt_jpeg_header *header) {
  memset(header, 0, sizeof *header);
  run *self = begin(length);
  if (!self) return wt_jpeg_too_large;
  if (!setjmp(self->place)) {
    open_header(self, bytes);
    header->width = self->jpeg.image_width;
    header->height = self->jpeg.image_height;
    header->coefficient_bytes = coefficient_bytes(&self->jpeg);
  }
  return end(self);
}

// Chooses the smallest of the sizes that libjpeg computes fast at which the longer side still has `longest` pixels.
static void choose_scale(j_decompress_ptr jpeg, uint32_t longest) {
  uint32_t longer = jpeg->image_width > jpeg->image_height ? jpeg->image_width : jpeg->image_height;
  jpeg->scale_denom = 8;
  jpeg->scale_num = 1;
  while (jpeg->scale_num < 8 && (uint64_t)longer * jpeg->scale_num < (uint64_t)longest * 8) jpeg->scale_num *= 2;
}

// MARK: - Rows

// Turns a row of four inks into red, green and blue in its own first three quarters. Adobe's programs write the
// white that an ink leaves, and not the ink.
static void rgb_of_inks(JSAMPLE *row, JDIMENSION width, int is_left_white) {
  for (JDIMENSION x = 0; x < width; x++) {
    const JSAMPLE *inks = row + 4 * x;
    unsigned white[4];
    for (int ink = 0; ink < 4; ink++) white[ink] = is_left_white ? inks[ink] : 255u - inks[ink];
    for (int colour = 0; colour < 3; colour++) row[3 * x + colour] = (JSAMPLE)(white[colour] * white[3] / 255);
  }
}

// Makes a row of greys from the first component of each pixel, where the picture's colours are of an unknown
// kind.
static void take_first(JSAMPLE *row, JDIMENSION width, int components) {
  for (JDIMENSION x = 1; x < width; x++) row[x] = row[x * (JDIMENSION)components];
}

// Gives a row to both small pictures, of which either may be missing.
static void give_row(run *self, int channels) {
  JDIMENSION width = self->jpeg.output_width;
  if (channels == 1) {
    if (self->small) wt_shrink_row(self->small, self->row);
    if (!self->copy) return;
    for (JDIMENSION x = 0; x < width; x++) {
      self->colours[3 * x] = self->row[x];
      self->colours[3 * x + 1] = self->colours[3 * x + 2] = 128;
    }
    wt_shrink_row(self->copy, self->colours);
  } else {
    if (self->copy) wt_shrink_row(self->copy, self->row);
    if (!self->small) return;
    for (JDIMENSION x = 0; x < width; x++) self->colours[x] = self->row[3 * x];
    wt_shrink_row(self->small, self->colours);
  }
}

static void take_row(run *self) {
  j_decompress_ptr jpeg = &self->jpeg;
  JDIMENSION width = jpeg->output_width;
  switch (jpeg->out_color_space) {
    case JCS_GRAYSCALE: give_row(self, 1); return;
    case JCS_YCbCr: give_row(self, 3); return;
    case JCS_CMYK: rgb_of_inks(self->row, width, jpeg->saw_Adobe_marker);  // fall through
    case JCS_RGB:
      wt_ycc_of_rgb(self->row, width);
      give_row(self, 3);
      return;
    default:
      take_first(self->row, width, jpeg->output_components);
      give_row(self, 1);
  }
}

wt_jpeg_status wt_jpeg_shrink(
    const uint8_t *bytes, size_t length, uint64_t max_coefficient_bytes, uint32_t longest_small, uint32_t longest_copy,
    wt_shrunk *small, wt_shrunk *copy) {
  memset(small, 0, sizeof *small);
  if (copy) memset(copy, 0, sizeof *copy);
  run *self = begin(length);
  if (!self) return wt_jpeg_too_large;
  if (!setjmp(self->place)) {
    open_header(self, bytes);
    j_decompress_ptr jpeg = &self->jpeg;
    if (coefficient_bytes(jpeg) > max_coefficient_bytes) leave(self, wt_jpeg_too_large);
    self->progress.progress_monitor = count_passes;
    jpeg->progress = &self->progress;
    // The small picture is made at the copy's scale whether or not there is a copy, so that it is always the same.
    choose_scale(jpeg, longest_copy > longest_small ? longest_copy : longest_small);
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->do_fancy_upsampling = FALSE;
    jpeg->do_block_smoothing = FALSE;
    // The colours are decoded in any case, and need not be computed where there is no copy.
    if (jpeg->jpeg_color_space == JCS_YCbCr) jpeg->out_color_space = copy ? JCS_YCbCr : JCS_GRAYSCALE;
    jpeg_start_decompress(jpeg);
    JDIMENSION width = jpeg->output_width, height = jpeg->output_height;
    self->row = malloc((size_t)width * (size_t)jpeg->output_components);
    self->colours = malloc((size_t)width * 3);
    self->small = wt_shrink_begin(width, height, 1, longest_small);
    if (copy) self->copy = wt_shrink_begin(width, height, 3, longest_copy);
    if (!self->row || !self->colours || !self->small || (copy && !self->copy)) leave(self, wt_jpeg_too_large);
    while (jpeg->output_scanline < height) {
      jpeg_read_scanlines(jpeg, &self->row, 1);
      take_row(self);
    }
    // Reading ends with the picture; the data that phones append behind it do not matter.
    jpeg_finish_decompress(jpeg);
    *small = wt_shrink_end(self->small);
    self->small = NULL;
    if (copy) {
      *copy = wt_shrink_end(self->copy);
      self->copy = NULL;
    }
  }
  return end(self);
}

// MARK: - Writing

// The state of writing one picture, on the heap for the same reason as that of reading.
typedef struct writing {
  struct jpeg_compress_struct jpeg;
  struct jpeg_error_mgr errors;
  jmp_buf place;
  int failed;
  unsigned char *bytes;
  unsigned long length;
} writing;

static void fail_writing(j_common_ptr jpeg) {
  writing *self = jpeg->client_data;
  self->failed = 1;
  longjmp(self->place, 1);
}

static void hear_nothing(j_common_ptr jpeg, int level) {
  (void)jpeg;
  (void)level;
}

static void write_all(
    writing *self, const wt_shrunk *picture, const wt_shrunk *band, int quality, const char *comment) {
  j_compress_ptr jpeg = &self->jpeg;
  jpeg_create_compress(jpeg);
  jpeg->client_data = self;
  jpeg_mem_dest(jpeg, &self->bytes, &self->length);
  jpeg->image_width = picture->width;
  jpeg->image_height = picture->height;
  jpeg->input_components = 3;
  jpeg->in_color_space = JCS_YCbCr;
  // The defaults are baseline, 4:2:0 and a header of JFIF.
  jpeg_set_defaults(jpeg);
  jpeg_set_quality(jpeg, quality, TRUE);
  jpeg->dct_method = JDCT_ISLOW;
  // Tables of the picture's own make it a twentieth smaller, which counts on a phone's network.
  jpeg->optimize_coding = TRUE;
  jpeg_start_compress(jpeg, TRUE);
  jpeg_write_marker(jpeg, JPEG_COM, (const JOCTET *)comment, (unsigned)strlen(comment));
  while (jpeg->next_scanline < jpeg->image_height) {
    uint32_t above = picture->height - band->height, line = jpeg->next_scanline;
    const uint8_t *samples = line < above ? picture->samples : band->samples;
    JSAMPROW row = (JSAMPROW)samples + (size_t)(line < above ? line : line - above) * picture->width * 3;
    jpeg_write_scanlines(jpeg, &row, 1);
  }
  jpeg_finish_compress(jpeg);
}

int wt_jpeg_write(
    const wt_shrunk *picture, const wt_shrunk *band, int quality, const char *comment, uint8_t **bytes,
    size_t *length) {
  *bytes = NULL;
  *length = 0;
  if (picture->channels != 3 || !picture->samples || strlen(comment) > 65533) return 0;
  if (band->channels != 3 || !band->samples) return 0;
  if (band->width != picture->width || band->height > picture->height) return 0;
  writing *self = calloc(1, sizeof *self);
  if (!self) return 0;
  self->jpeg.err = jpeg_std_error(&self->errors);
  self->errors.error_exit = fail_writing;
  self->errors.emit_message = hear_nothing;
  self->jpeg.client_data = self;
  if (!setjmp(self->place)) write_all(self, picture, band, quality, comment);
  jpeg_destroy_compress(&self->jpeg);
  int is_done = !self->failed;
  if (is_done) {
    *bytes = self->bytes;
    *length = self->length;
  } else {
    free(self->bytes);
  }
  free(self);
  return is_done;
}

void wt_jpeg_free(uint8_t *bytes) { free(bytes); }
