#include "CExif.h"

#include <libexif/exif-content.h>
#include <libexif/exif-data.h>
#include <libexif/exif-entry.h>
#include <libexif/exif-mem.h>
#include <libexif/exif-utils.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// MARK: - Memory

// The memory that the entries of one block may take, bytes. A camera's own block takes two times its length at most.
static const size_t max_memory = 4u << 20;

// The memory that this thread may still take, bytes. The functions below get no argument of ours.
static _Thread_local size_t memory_left;

// The size of a piece stands before it, at the alignment that malloc gives.
typedef union head {
  size_t size;
  max_align_t alignment;
} head;

static void *take(ExifLong size) {
  if (size > memory_left) return NULL;
  head *piece = calloc(1, sizeof(head) + size);
  if (!piece) return NULL;
  piece->size = size;
  memory_left -= size;
  return piece + 1;
}

static void give(void *pointer) {
  if (!pointer) return;
  head *piece = (head *)pointer - 1;
  memory_left += piece->size;
  free(piece);
}

static void *take_again(void *pointer, ExifLong size) {
  if (!pointer) return take(size);
  size_t had = ((head *)pointer - 1)->size;
  void *moved = take(size);
  if (!moved) return NULL;
  memcpy(moved, pointer, had < size ? had : size);
  give(pointer);
  return moved;
}

// MARK: - Entries

static ExifEntry *find(ExifData *data, ExifIfd ifd, int tag) {
  ExifContent *content = data->ifd[ifd];
  return content ? exif_content_get_entry(content, (ExifTag)tag) : NULL;
}

// Whether the entry has at least `count` values of this format, all of them within its data.
static int holds(const ExifEntry *entry, ExifFormat format, unsigned long count) {
  return entry && entry->data && entry->format == format && entry->components >= count &&
         entry->size / exif_format_get_size(format) >= count;
}

static void copy_text(const ExifEntry *entry, char *text, size_t capacity) {
  if (!holds(entry, EXIF_FORMAT_ASCII, 1)) return;
  size_t length = strnlen((const char *)entry->data, entry->size);
  if (length >= capacity) length = capacity - 1;
  memcpy(text, entry->data, length);
}

static void copy_letter(const ExifEntry *entry, char *letter) {
  if (holds(entry, EXIF_FORMAT_ASCII, 1)) *letter = (char)entry->data[0];
}

static void copy_three(const ExifEntry *entry, ExifByteOrder order, double *numbers) {
  if (!holds(entry, EXIF_FORMAT_RATIONAL, 3)) return;
  for (int index = 0; index < 3; index++) {
    ExifRational rational = exif_get_rational(entry->data + 8 * index, order);
    if (rational.denominator) numbers[index] = (double)rational.numerator / (double)rational.denominator;
  }
}

static void copy_all(ExifData *data, wt_exif *facts) {
  ExifByteOrder order = exif_data_get_byte_order(data);
  copy_text(find(data, EXIF_IFD_EXIF, EXIF_TAG_DATE_TIME_ORIGINAL), facts->taken_at, sizeof facts->taken_at);
  copy_text(find(data, EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME_ORIGINAL), facts->offset, sizeof facts->offset);
  if (!facts->offset[0]) {
    copy_text(find(data, EXIF_IFD_EXIF, EXIF_TAG_OFFSET_TIME), facts->offset, sizeof facts->offset);
  }
  copy_text(find(data, EXIF_IFD_0, EXIF_TAG_MAKE), facts->make, sizeof facts->make);
  copy_text(find(data, EXIF_IFD_0, EXIF_TAG_MODEL), facts->model, sizeof facts->model);
  copy_text(find(data, EXIF_IFD_GPS, EXIF_TAG_GPS_DATE_STAMP), facts->gps_date, sizeof facts->gps_date);
  copy_three(find(data, EXIF_IFD_GPS, EXIF_TAG_GPS_TIME_STAMP), order, facts->gps_time);
  copy_three(find(data, EXIF_IFD_GPS, EXIF_TAG_GPS_LATITUDE), order, facts->latitude);
  copy_three(find(data, EXIF_IFD_GPS, EXIF_TAG_GPS_LONGITUDE), order, facts->longitude);
  copy_letter(find(data, EXIF_IFD_GPS, EXIF_TAG_GPS_LATITUDE_REF), &facts->latitude_ref);
  copy_letter(find(data, EXIF_IFD_GPS, EXIF_TAG_GPS_LONGITUDE_REF), &facts->longitude_ref);
  const ExifEntry *orientation = find(data, EXIF_IFD_0, EXIF_TAG_ORIENTATION);
  if (holds(orientation, EXIF_FORMAT_SHORT, 1)) {
    ExifShort value = exif_get_short(orientation->data, order);
    if (value >= 1 && value <= 8) facts->orientation = (uint8_t)value;
  }
}

// MARK: - Reading

int wt_exif_read(const uint8_t *block, size_t length, wt_exif *facts) {
  memset(facts, 0, sizeof *facts);
  for (int index = 0; index < 3; index++) {
    facts->gps_time[index] = facts->latitude[index] = facts->longitude[index] = NAN;
  }
  // Six bytes of `Exif` and eight of the header of a TIFF stand before anything else.
  if (!block || length < 14 || length > WT_EXIF_LONGEST_BLOCK || memcmp(block, "Exif\0\0", 6)) return 0;
  memory_left = max_memory;
  ExifMem *memory = exif_mem_new(take, take_again, give);
  if (!memory) return 0;
  ExifData *data = exif_data_new_mem(memory);
  exif_mem_unref(memory);
  if (!data) return 0;
  // The entries are wanted as they stand, and not mended to what the standard says.
  exif_data_unset_option(data, EXIF_DATA_OPTION_FOLLOW_SPECIFICATION);
  exif_data_unset_option(data, EXIF_DATA_OPTION_IGNORE_UNKNOWN_TAGS);
  exif_data_load_data(data, block, (unsigned int)length);
  copy_all(data, facts);
  exif_data_unref(data);
  return 1;
}
