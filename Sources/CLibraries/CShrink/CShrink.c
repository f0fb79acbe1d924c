#include "CShrink.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t longest_side = 65500;

// Lengths are counted in parts that divide both pictures: a side of the large picture has large × small parts,
// a pixel of the large one covers `small` of them and a pixel of the small one `large`. Rows are added up
// first, sample by sample, which processors do many at a time; columns are added up once for each row of the
// small picture.
struct wt_shrinker {
  uint32_t width, height, channels;
  uint32_t small_width, small_height;
  // The number of the next row, and that of the row of the small picture that is being added up.
  uint32_t row, small_row;
  // For each pixel of a row, the column of the small picture in which it begins, and the number of its parts in
  // that column; its other parts belong to the next column.
  uint32_t *column;
  uint32_t *share;
  // The sums of the rows of the large picture that make a row of the small one, and of those below it, in samples times
  // parts: 255 × 65,500 at most.
  uint32_t *sums, *next;
  // A row of the small picture in samples times parts both ways. It has one column more, because each pixel
  // also adds to the next column, if only 0.
  uint64_t *line;
  // 2^64 divided by the parts of a pixel of the small picture, rounded up, since a multiplication is ten times
  // as fast as a division.
  uint64_t reciprocal;
  uint8_t *samples;
};

static uint32_t small_side(uint32_t side, uint32_t longer, uint32_t longest) {
  if (longer <= longest) return side;
  uint32_t small = (uint32_t)(((uint64_t)side * longest + longer / 2) / longer);
  return small ? small : 1;
}

wt_shrinker *wt_shrink_begin(uint32_t width, uint32_t height, uint32_t channels, uint32_t longest) {
  if (!width || !height || !longest || width > longest_side || height > longest_side) return NULL;
  if (channels != 1 && channels != 3) return NULL;
  wt_shrinker *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  uint32_t longer = width > height ? width : height;
  self->width = width;
  self->height = height;
  self->channels = channels;
  self->small_width = small_side(width, longer, longest);
  self->small_height = small_side(height, longer, longest);
  self->reciprocal = UINT64_MAX / ((uint64_t)width * height) + 1;
  size_t columns = ((size_t)self->small_width + 1) * channels;
  size_t samples = (size_t)width * channels;
  self->column = malloc(width * sizeof *self->column);
  self->share = malloc(width * sizeof *self->share);
  self->line = malloc(columns * sizeof *self->line);
  self->sums = calloc(samples, sizeof *self->sums);
  self->next = calloc(samples, sizeof *self->next);
  self->samples = calloc((size_t)self->small_width * self->small_height, channels);
  if (!self->column || !self->share || !self->line || !self->sums || !self->next || !self->samples) {
    wt_shrink_drop(self);
    return NULL;
  }
  for (uint32_t x = 0; x < width; x++) {
    uint64_t begin = (uint64_t)x * self->small_width;
    self->column[x] = (uint32_t)(begin / width);
    uint64_t left = (uint64_t)(self->column[x] + 1) * width - begin;
    self->share[x] = left < self->small_width ? (uint32_t)left : self->small_width;
  }
  return self;
}

// MARK: - Adding up

static void add_row(const wt_shrinker *self, uint32_t *sums, const uint8_t *samples, uint32_t weight) {
  size_t count = (size_t)self->width * self->channels;
  for (size_t index = 0; index < count; index++) sums[index] += samples[index] * weight;
}

static void add_greys(const wt_shrinker *self) {
  for (uint32_t x = 0; x < self->width; x++) {
    uint64_t *to = self->line + self->column[x], sum = self->sums[x];
    to[0] += sum * self->share[x];
    to[1] += sum * (self->small_width - self->share[x]);
  }
}

static void add_colours(const wt_shrinker *self) {
  const uint32_t *sums = self->sums;
  for (uint32_t x = 0; x < self->width; x++, sums += 3) {
    uint64_t *to = self->line + 3 * self->column[x];
    uint64_t share = self->share[x], rest = self->small_width - share;
    to[0] += sums[0] * share;
    to[1] += sums[1] * share;
    to[2] += sums[2] * share;
    // Most pixels lie within one column.
    if (!rest) continue;
    to[3] += sums[0] * rest;
    to[4] += sums[1] * rest;
    to[5] += sums[2] * rest;
  }
}

// Writes the completed row of the small picture and begins the next one.
static void put_row(wt_shrinker *self) {
  size_t count = (size_t)self->small_width * self->channels;
  memset(self->line, 0, (count + self->channels) * sizeof *self->line);
  if (self->channels == 1) {
    add_greys(self);
  } else {
    add_colours(self);
  }
  uint8_t *to = self->samples + (size_t)self->small_row * count;
  uint64_t half = (uint64_t)self->width * self->height / 2;
  for (size_t index = 0; index < count; index++) {
    to[index] = (uint8_t)(((unsigned __int128)(self->line[index] + half) * self->reciprocal) >> 64);
  }
  uint32_t *done = self->sums;
  self->sums = self->next;
  self->next = done;
  memset(done, 0, (size_t)self->width * self->channels * sizeof *done);
  self->small_row++;
}

void wt_shrink_row(wt_shrinker *self, const uint8_t *samples) {
  if (self->row >= self->height) return;
  if (self->small_height == self->height && self->small_width == self->width) {
    size_t count = (size_t)self->width * self->channels;
    memcpy(self->samples + self->row * count, samples, count);
    self->row++;
    return;
  }
  uint64_t begin = (uint64_t)self->row * self->small_height;
  uint64_t left = (uint64_t)(self->small_row + 1) * self->height - begin;
  uint32_t share = left < self->small_height ? (uint32_t)left : self->small_height;
  add_row(self, self->sums, samples, share);
  if (share < self->small_height) add_row(self, self->next, samples, self->small_height - share);
  self->row++;
  if (left <= self->small_height) put_row(self);
}

// MARK: - Ending

wt_shrunk wt_shrink_end(wt_shrinker *self) {
  // A part of a row remains where rows were not given.
  int is_smaller = self->small_width < self->width || self->small_height < self->height;
  if (is_smaller && self->row < self->height && self->small_row < self->small_height) put_row(self);
  wt_shrunk small = {self->small_width, self->small_height, self->channels, self->samples};
  self->samples = NULL;
  wt_shrink_drop(self);
  return small;
}

void wt_shrink_drop(wt_shrinker *self) {
  if (!self) return;
  free(self->column);
  free(self->share);
  free(self->line);
  free(self->sums);
  free(self->next);
  free(self->samples);
  free(self);
}

void wt_shrunk_free(uint8_t *samples) { free(samples); }

// MARK: - Colours

static uint8_t rounded(int32_t value) {
  value = (value + 32768) >> 16;
  return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

// Computes with the factors of JFIF 1.02 times 65,536.
void wt_ycc_of_rgb(uint8_t *pixels, uint32_t width) {
  for (uint32_t x = 0; x < width; x++, pixels += 3) {
    int32_t red = pixels[0], green = pixels[1], blue = pixels[2];
    pixels[0] = rounded(19595 * red + 38470 * green + 7471 * blue);
    pixels[1] = rounded(-11059 * red - 21709 * green + 32768 * blue + (128 << 16));
    pixels[2] = rounded(32768 * red - 27439 * green - 5329 * blue + (128 << 16));
  }
}
