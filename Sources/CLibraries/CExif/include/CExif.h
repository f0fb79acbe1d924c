// libexif driven from C, to read what a camera wrote into a photo. The entries of a damaged block may each
// claim the same bytes, and libexif copies what each claims, so that 64 KiB could become hundreds of MiB; its
// allocator has no argument that would let Swift count, and is replaced here by one with a limit.
// https://libexif.github.io/api/exif-mem_8h.html
#pragma once

#include <stddef.h>
#include <stdint.h>

/// The length of the longest block that is read, bytes: a JPEG's segment has 65,535 at most.
#define WT_EXIF_LONGEST_BLOCK 65536

/// The facts that a camera wrote into a photo. Texts are as they stand in the file, end with 0 and are empty
/// where there are none. A number is NaN where it is missing or has a denominator of 0.
typedef struct wt_exif {
  /// DateTimeOriginal, `2026:11:29 09:30:00` where the camera keeps to the standard.
  char taken_at[24];
  /// OffsetTimeOriginal, or OffsetTime where that is missing, `+08:00`.
  char offset[8];
  char make[40];
  char model[40];
  /// The date of the position in UTC, `2026:11:29`.
  char gps_date[16];
  /// The time of the position in UTC: hour, minute and second.
  double gps_time[3];
  /// The latitude: degrees, minutes and seconds.
  double latitude[3];
  /// The longitude: degrees, minutes and seconds.
  double longitude[3];
  /// The hemisphere of the latitude, `N` or `S`; 0 where the letter is missing.
  char latitude_ref;
  /// The hemisphere of the longitude, `E` or `W`; 0 where the letter is missing.
  char longitude_ref;
  /// The orientation, 1 to 8 as the standard counts; 0 where the entry is missing or has another value.
  uint8_t orientation;
} wt_exif;

/// Reads a block that begins with `Exif`, two zeros and the header of a TIFF.
/// Returns 1, or 0 where nothing could be read.
int wt_exif_read(const uint8_t *block, size_t length, wt_exif *facts);
