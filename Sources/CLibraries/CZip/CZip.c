#include "CZip.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zip.h>

struct wt_zip {
  zip_t *archive;
  int descriptor;
  int64_t offset;
  int64_t entries;
  /// The first failure that the callbacks met; libzip passes on only codes of its own.
  wt_zip_status status;
  wt_zip_failure failure;
  int (*is_cancelled)(void *);
  void *context;
};

/// The source of the bytes of one entry.
typedef struct entry {
  wt_zip *zip;
  int64_t number;
  /// The descriptor that is read; -1 while the file of `path` is not open.
  int descriptor;
  int64_t start;
  int64_t length;
  int64_t done;
  /// The path of the file; empty for a part of an open file.
  char path[];
} entry;

static void fail(wt_zip *zip, wt_zip_status status, int number, int64_t entry) {
  if (zip->status != wt_zip_ok) return;
  zip->status = status;
  zip->failure.number = number;
  zip->failure.entry = entry;
}

// MARK: - The entries

static zip_int64_t open_entry(entry *entry) {
  entry->done = 0;
  if (entry->path[0] == 0) return 0;
  entry->descriptor = open(entry->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (entry->descriptor >= 0) return 0;
  fail(entry->zip, wt_zip_unreadable, errno, entry->number);
  return -1;
}

static void close_entry(entry *entry) {
  if (entry->path[0] == 0 || entry->descriptor < 0) return;
  close(entry->descriptor);
  entry->descriptor = -1;
}

static zip_int64_t read_entry(entry *entry, void *room, zip_uint64_t size) {
  int64_t rest = entry->length - entry->done;
  if ((zip_uint64_t)rest < size) {
    // The end of a file is read too, because a file that has grown has changed.
    char more;
    if (rest == 0 && entry->path[0] != 0 && pread(entry->descriptor, &more, 1, entry->length) != 0) {
      fail(entry->zip, wt_zip_changed, 0, entry->number);
      return -1;
    }
    size = (zip_uint64_t)rest;
  }
  if (size == 0) return 0;
  ssize_t got;
  do got = pread(entry->descriptor, room, size, entry->start + entry->done);
  while (got < 0 && errno == EINTR);
  if (got <= 0) {
    fail(entry->zip, got == 0 ? wt_zip_changed : wt_zip_unreadable, got == 0 ? 0 : errno, entry->number);
    return -1;
  }
  entry->done += got;
  return got;
}

/// The callback of an entry, https://libzip.org/documentation/zip_source_function.html
static zip_int64_t answer_entry(void *state, void *data, zip_uint64_t length, zip_source_cmd_t command) {
  entry *entry = state;
  switch (command) {
    case ZIP_SOURCE_SUPPORTS:
      return zip_source_make_command_bitmap(
          ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR, ZIP_SOURCE_FREE, -1);
    case ZIP_SOURCE_STAT: {
      zip_stat_t *status = data;
      zip_stat_init(status);
      status->size = (zip_uint64_t)entry->length;
      status->valid = ZIP_STAT_SIZE;
      return sizeof *status;
    }
    case ZIP_SOURCE_OPEN: return open_entry(entry);
    case ZIP_SOURCE_READ: return read_entry(entry, data, length);
    case ZIP_SOURCE_CLOSE: close_entry(entry); return 0;
    case ZIP_SOURCE_FREE:
      close_entry(entry);
      free(entry);
      return 0;
    case ZIP_SOURCE_ERROR: {
      int codes[2] = {ZIP_ER_READ, entry->zip->failure.number};
      if (length < sizeof codes) return -1;
      memcpy(data, codes, sizeof codes);
      return sizeof codes;
    }
    default: return -1;
  }
}

// MARK: - The archive

static zip_int64_t write_archive(wt_zip *zip, const char *bytes, zip_uint64_t size) {
  zip_uint64_t done = 0;
  while (done < size) {
    ssize_t count = pwrite(zip->descriptor, bytes + done, size - done, zip->offset);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      fail(zip, wt_zip_unwritable, count == 0 ? EIO : errno, -1);
      return -1;
    }
    done += (zip_uint64_t)count;
    zip->offset += count;
  }
  return (zip_int64_t)size;
}

/// The callback of the archive itself, which is empty until it is written.
static zip_int64_t answer_archive(void *state, void *data, zip_uint64_t length, zip_source_cmd_t command) {
  wt_zip *zip = state;
  switch (command) {
    case ZIP_SOURCE_SUPPORTS: return ZIP_SOURCE_SUPPORTS_WRITABLE;
    case ZIP_SOURCE_STAT: {
      zip_stat_t *status = data;
      zip_stat_init(status);
      status->size = 0;
      status->valid = ZIP_STAT_SIZE;
      return sizeof *status;
    }
    case ZIP_SOURCE_BEGIN_WRITE: zip->offset = 0; return 0;
    case ZIP_SOURCE_WRITE: return write_archive(zip, data, length);
    case ZIP_SOURCE_TELL_WRITE: return zip->offset;
    case ZIP_SOURCE_SEEK_WRITE: {
      zip_error_t error;
      zip_error_init(&error);
      zip_int64_t offset =
          zip_source_seek_compute_offset((zip_uint64_t)zip->offset, INT64_MAX, data, length, &error);
      zip_error_fini(&error);
      if (offset < 0) return -1;
      zip->offset = offset;
      return 0;
    }
    case ZIP_SOURCE_OPEN:
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_COMMIT_WRITE:
    case ZIP_SOURCE_ROLLBACK_WRITE:
    case ZIP_SOURCE_REMOVE:
    case ZIP_SOURCE_FREE: return 0;
    case ZIP_SOURCE_ERROR: {
      int codes[2] = {ZIP_ER_WRITE, zip->failure.number};
      if (length < sizeof codes) return -1;
      memcpy(data, codes, sizeof codes);
      return sizeof codes;
    }
    default: return -1;
  }
}

wt_zip *wt_zip_begin(int descriptor) {
  wt_zip *zip = calloc(1, sizeof *zip);
  if (zip == NULL) return NULL;
  zip->descriptor = descriptor;
  zip->failure.entry = -1;
  zip_source_t *source = zip_source_function_create(answer_archive, zip, NULL);
  if (source != NULL) zip->archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, NULL);
  if (zip->archive == NULL) {
    // A source that no archive has taken is still the caller's.
    if (source != NULL) zip_source_free(source);
    free(zip);
    return NULL;
  }
  return zip;
}

static wt_zip_status refuse(wt_zip *zip, wt_zip_failure *failure) {
  zip_error_t *error = zip_get_error(zip->archive);
  failure->entry = -1;
  failure->number = zip_error_code_zip(error);
  return failure->number == ZIP_ER_MEMORY ? wt_zip_no_memory : wt_zip_refused;
}

static wt_zip_status add(
    wt_zip *zip, const char *name, const char *path, int descriptor, int64_t start, int64_t length, uint16_t time,
    uint16_t date, wt_zip_failure *failure) {
  size_t room = strlen(path) + 1;
  entry *new = malloc(sizeof *new + room);
  if (new == NULL) return wt_zip_no_memory;
  new->zip = zip;
  new->number = zip->entries;
  new->descriptor = descriptor;
  new->start = start;
  new->length = length;
  new->done = 0;
  memcpy(new->path, path, room);
  zip_source_t *source = zip_source_function(zip->archive, answer_entry, new);
  if (source == NULL) {
    free(new);
    return refuse(zip, failure);
  }
  zip_int64_t index = zip_file_add(zip->archive, name, source, 0);
  if (index < 0) {
    zip_source_free(source);
    return refuse(zip, failure);
  }
  zip->entries += 1;
  if (zip_set_file_compression(zip->archive, (zip_uint64_t)index, ZIP_CM_STORE, 0) != 0 ||
      zip_file_set_dostime(zip->archive, (zip_uint64_t)index, time, date, 0) != 0 ||
      zip_file_set_external_attributes(
          zip->archive, (zip_uint64_t)index, 0, ZIP_OPSYS_UNIX, (zip_uint32_t)0100644 << 16) != 0)
    return refuse(zip, failure);
  return wt_zip_ok;
}

wt_zip_status wt_zip_add_file(
    wt_zip *zip, const char *name, const char *path, int64_t length, uint16_t time, uint16_t date,
    wt_zip_failure *failure) {
  return add(zip, name, path, -1, 0, length, time, date, failure);
}

wt_zip_status wt_zip_add_part(
    wt_zip *zip, const char *name, int descriptor, int64_t start, int64_t length, uint16_t time, uint16_t date,
    wt_zip_failure *failure) {
  return add(zip, name, "", descriptor, start, length, time, date, failure);
}

static int ask(zip_t *archive, void *state) {
  (void)archive;
  wt_zip *zip = state;
  if (zip->is_cancelled == NULL || !zip->is_cancelled(zip->context)) return 0;
  fail(zip, wt_zip_cancelled, 0, -1);
  return 1;
}

wt_zip_status wt_zip_write(
    wt_zip *zip, int (*is_cancelled)(void *context), void *context, wt_zip_failure *failure) {
  zip->is_cancelled = is_cancelled;
  zip->context = context;
  if (zip_register_cancel_callback_with_state(zip->archive, ask, NULL, zip) != 0) return refuse(zip, failure);
  if (zip_close(zip->archive) == 0) {
    zip->archive = NULL;
    return wt_zip_ok;
  }
  if (zip->status == wt_zip_ok) return refuse(zip, failure);
  *failure = zip->failure;
  return zip->status;
}

void wt_zip_free(wt_zip *zip) {
  if (zip == NULL) return;
  if (zip->archive != NULL) zip_discard(zip->archive);
  free(zip);
}
