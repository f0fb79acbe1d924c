#include "CJPEG.h"

#include <stdio.h>

#include <jpeglib.h>

#include <jerror.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

// The number of passes that are read. Cameras and editors write about ten; each pass goes over all of the picture, so more
// of them are a way to waste time.
static const int most_passes = 100;

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
  wt_shrinker *shrinker;
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

// The amount of data behind the last block of a pass, bytes, from which on the picture was decoded from data that are not
// its own. A few stray bytes mean nothing.
static void count_leftover(run *self, int bytes) {
  if (self->jpeg.input_scan_number < 1 || bytes < 1) return;
  self->leftover += (uint64_t)bytes;
  if (self->leftover > 4096 && self->leftover > self->length / 16) leave(self, wt_jpeg_corrupt);
}

// Takes a message; a level below 0 is a warning, https://github.com/libjpeg-turbo/libjpeg-turbo/blob/2.1.5/jerror.h names them.
static void hear(j_common_ptr jpeg, int level) {
  if (level >= 0) return;
  run *self = jpeg->client_data;
  switch (jpeg->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA: count_leftover(self, jpeg->err->msg_parm.i[0]); return;
    // These are warnings of the headers: the version of JFIF, a colour transform of Adobe's, bounds of a pass that have no
    // meaning in a picture of one pass (phones of Samsung write them), a profile of colours.
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
  if (self->jpeg.input_scan_number > most_passes) leave(self, wt_jpeg_too_large);
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
  wt_shrink_drop(self->shrinker);
  free(self);
  return status;
}

static uint64_t padded(JDIMENSION blocks, int factor) {
  uint64_t step = factor > 0 ? (uint64_t)factor : 1;
  return ((uint64_t)blocks + step - 1) / step * step;
}

// The memory of a picture in several passes, which is kept as coefficients, 64 of two bytes a block, until the last pass is
// read.
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

// Turns a row of four inks into greys in its own first quarter. Adobe's programs write what is left of the white.
static void grey_of_inks(JSAMPLE *row, JDIMENSION width, int is_left_white) {
  for (JDIMENSION x = 0; x < width; x++) {
    unsigned sum = 0;
    for (int ink = 0; ink < 3; ink++) sum += is_left_white ? row[4 * x + ink] : 255u - row[4 * x + ink];
    unsigned black = is_left_white ? row[4 * x + 3] : 255u - row[4 * x + 3];
    row[x] = (JSAMPLE)(sum * black / (3 * 255));
  }
}

static void take_row(run *self) {
  j_decompress_ptr jpeg = &self->jpeg;
  int components = jpeg->output_components;
  if (components == 4) {
    grey_of_inks(self->row, jpeg->output_width, jpeg->saw_Adobe_marker);
  } else if (components > 1) {
    for (JDIMENSION x = 0; x < jpeg->output_width; x++) self->row[x] = self->row[x * (JDIMENSION)components];
  }
  wt_shrink_row(self->shrinker, self->row);
}

wt_jpeg_status wt_jpeg_shrink(
    const uint8_t *bytes, size_t length, uint64_t most_coefficient_bytes, uint32_t longest, wt_shrunk *small) {
  memset(small, 0, sizeof *small);
  run *self = begin(length);
  if (!self) return wt_jpeg_too_large;
  if (!setjmp(self->place)) {
    open_header(self, bytes);
    j_decompress_ptr jpeg = &self->jpeg;
    if (coefficient_bytes(jpeg) > most_coefficient_bytes) leave(self, wt_jpeg_too_large);
    self->progress.progress_monitor = count_passes;
    jpeg->progress = &self->progress;
    choose_scale(jpeg, longest);
    jpeg->dct_method = JDCT_IFAST;
    jpeg->do_fancy_upsampling = FALSE;
    jpeg->do_block_smoothing = FALSE;
    // The colours are decoded in any case, and need not be computed.
    if (jpeg->jpeg_color_space == JCS_YCbCr || jpeg->jpeg_color_space == JCS_RGB) {
      jpeg->out_color_space = JCS_GRAYSCALE;
    }
    jpeg_start_decompress(jpeg);
    self->row = malloc((size_t)jpeg->output_width * (size_t)jpeg->output_components);
    self->shrinker = wt_shrink_begin(jpeg->output_width, jpeg->output_height, longest);
    if (!self->row || !self->shrinker) leave(self, wt_jpeg_too_large);
    while (jpeg->output_scanline < jpeg->output_height) {
      jpeg_read_scanlines(jpeg, &self->row, 1);
      take_row(self);
    }
    // Reading ends with the picture; the data that phones append behind it do not matter.
    jpeg_finish_decompress(jpeg);
    *small = wt_shrink_end(self->shrinker);
    self->shrinker = NULL;
    if (!small->greys) leave(self, wt_jpeg_too_large);
  }
  return end(self);
}
