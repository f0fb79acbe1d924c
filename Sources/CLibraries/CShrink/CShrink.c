#include "CShrink.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t longest_side = 65500;

// Lengths are counted so that both pictures divide them: a side of the large picture has large × small parts, a pixel of
// the large one covers `small` of them and a pixel of the small one `large`.
struct wt_shrinker {
  uint32_t width, height;
  uint32_t small_width, small_height;
  // The number of the next row.
  uint32_t row;
  // For each pixel of a row, the column of the small picture in which it begins, and its share of that one; the rest
  // belongs to the next column.
  uint32_t *column;
  uint32_t *share;
  // One row of the small picture, and all of it, in greys times parts. One column more takes what is rounded beyond.
  uint32_t *line;
  uint64_t *sums;
};

static uint32_t small_side(uint32_t side, uint32_t longer, uint32_t longest) {
  if (longer <= longest) return side;
  uint32_t small = (uint32_t)(((uint64_t)side * longest + longer / 2) / longer);
  return small ? small : 1;
}

wt_shrinker *wt_shrink_begin(uint32_t width, uint32_t height, uint32_t longest) {
  if (!width || !height || !longest || width > longest_side || height > longest_side) return NULL;
  wt_shrinker *self = calloc(1, sizeof *self);
  if (!self) return NULL;
  uint32_t longer = width > height ? width : height;
  self->width = width;
  self->height = height;
  self->small_width = small_side(width, longer, longest);
  self->small_height = small_side(height, longer, longest);
  self->column = malloc(width * sizeof *self->column);
  self->share = malloc(width * sizeof *self->share);
  self->line = malloc((self->small_width + 1) * sizeof *self->line);
  self->sums = calloc((size_t)self->small_width * (self->small_height + 1), sizeof *self->sums);
  if (!self->column || !self->share || !self->line || !self->sums) {
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

static void add_line(wt_shrinker *self, uint32_t row, uint64_t weight) {
  if (!weight) return;
  uint64_t *sums = self->sums + (size_t)row * self->small_width;
  for (uint32_t x = 0; x < self->small_width; x++) sums[x] += weight * self->line[x];
}

void wt_shrink_row(wt_shrinker *self, const uint8_t *greys) {
  if (self->row >= self->height) return;
  memset(self->line, 0, (self->small_width + 1) * sizeof *self->line);
  for (uint32_t x = 0; x < self->width; x++) {
    uint32_t *to = self->line + self->column[x];
    to[0] += greys[x] * self->share[x];
    to[1] += greys[x] * (self->small_width - self->share[x]);
  }
  uint64_t begin = (uint64_t)self->row * self->small_height;
  uint32_t row = (uint32_t)(begin / self->height);
  uint64_t left = (uint64_t)(row + 1) * self->height - begin;
  uint64_t share = left < self->small_height ? left : self->small_height;
  add_line(self, row, share);
  add_line(self, row + 1, self->small_height - share);
  self->row++;
}

wt_shrunk wt_shrink_end(wt_shrinker *self) {
  wt_shrunk small = {self->small_width, self->small_height, NULL};
  size_t count = (size_t)small.width * small.height;
  small.greys = malloc(count);
  uint64_t area = (uint64_t)self->width * self->height;
  for (size_t pixel = 0; small.greys && pixel < count; pixel++) {
    small.greys[pixel] = (uint8_t)((self->sums[pixel] + area / 2) / area);
  }
  wt_shrink_drop(self);
  return small;
}

void wt_shrink_drop(wt_shrinker *self) {
  if (!self) return;
  free(self->column);
  free(self->share);
  free(self->line);
  free(self->sums);
  free(self);
}

void wt_shrunk_free(uint8_t *greys) { free(greys); }
