// libzip driven from C, to write an archive of stored entries into an open file. libzip asks for what it reads
// and writes by a callback with a command and an untyped buffer, which Swift cannot answer safely.
// https://libzip.org/documentation/
#pragma once

#include <stdint.h>

typedef enum wt_zip_status {
  wt_zip_ok = 0,
  wt_zip_no_memory,
  /// An entry's file could not be opened or read.
  wt_zip_unreadable,
  /// An entry's file has another length than it was added with.
  wt_zip_changed,
  /// The archive could not be written.
  wt_zip_unwritable,
  /// The caller ended the writing.
  wt_zip_cancelled,
  /// libzip refuses for another reason; the failure's number is its own error code.
  wt_zip_refused,
} wt_zip_status;

/// An archive that is being written.
typedef struct wt_zip wt_zip;

/// The reason for which an archive could not be written.
typedef struct wt_zip_failure {
  /// The system's error number, or libzip's code for `wt_zip_refused`.
  int number;
  /// The number of the entry whose file failed, from 0; -1 where no entry's file failed.
  int64_t entry;
} wt_zip_failure;

/// Begins an archive; returns NULL where memory ran out.
/// @param descriptor an empty file that can be written and positioned; it stays the caller's, and open until the end.
wt_zip *wt_zip_begin(int descriptor);

/// Adds a file that is opened and read when the archive is written. The entry is stored, not packed, and has no
/// extra fields.
/// @param name in ASCII.
/// @param length in bytes, of the whole file.
/// @param time the entry's time in the form of MS-DOS.
/// @param date the entry's date in the form of MS-DOS.
wt_zip_status wt_zip_add_file(
    wt_zip *zip, const char *name, const char *path, int64_t length, uint16_t time, uint16_t date,
    wt_zip_failure *failure);

/// Adds a part of an open file, which is read when the archive is written; the descriptor stays the caller's.
wt_zip_status wt_zip_add_part(
    wt_zip *zip, const char *name, int descriptor, int64_t start, int64_t length, uint16_t time, uint16_t date,
    wt_zip_failure *failure);

/// Writes the archive. Whether it succeeds or not, `wt_zip_free` has to follow.
/// @param is_cancelled asked again and again while entries are copied; 1 ends the writing.
wt_zip_status wt_zip_write(
    wt_zip *zip, int (*is_cancelled)(void *context), void *context, wt_zip_failure *failure);

void wt_zip_free(wt_zip *zip);
