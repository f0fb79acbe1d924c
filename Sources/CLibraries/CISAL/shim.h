// ISA-L's igzip. Swift does not import the tables inside `isal_zstream`, so the stream is made and used here.
// https://github.com/intel/isa-l/blob/v2.30.0/include/igzip_lib.h
#pragma once

#include <isa-l/igzip_lib.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/// A stream of igzip's first level and the working memory that this level asks for, used for one picture after another.
typedef struct wt_igzip {
  struct isal_zstream stream;
  uint8_t working_memory[ISAL_DEF_LVL1_DEFAULT];
} wt_igzip;

/// Makes a stream that is freed with `free`; NULL where memory ran out.
static inline wt_igzip *wt_igzip_make(void) { return (wt_igzip *)calloc(1, sizeof(wt_igzip)); }

/// The maximum number of bytes that `count` bytes become. Bytes that do not shrink are stored in blocks of
/// 65,535 bytes with five more each, between zlib's header and checksum.
static inline size_t wt_igzip_bound(size_t count) { return count + 5 * (count / 65535 + 1) + 64; }

/// Compresses bytes in zlib's format (RFC 1950) as one stream; the same bytes give the same stream on one
/// processor. `into` has room for `wt_igzip_bound(count)` bytes. Returns the number of bytes written, or 0
/// where igzip refuses.
static inline size_t wt_igzip_pack(wt_igzip *self, const uint8_t *bytes, size_t count, uint8_t *into, size_t room) {
  if (count > UINT32_MAX / 2 || room > UINT32_MAX) return 0;
  isal_deflate_stateless_init(&self->stream);
  self->stream.level = 1;
  self->stream.level_buf = self->working_memory;
  self->stream.level_buf_size = sizeof self->working_memory;
  self->stream.gzip_flag = IGZIP_ZLIB;
  self->stream.end_of_stream = 1;
  self->stream.flush = NO_FLUSH;
  self->stream.next_in = (uint8_t *)(uintptr_t)bytes;
  self->stream.avail_in = (uint32_t)count;
  self->stream.next_out = into;
  self->stream.avail_out = (uint32_t)room;
  return isal_deflate_stateless(&self->stream) == COMP_OK && self->stream.avail_in == 0 ? self->stream.total_out : 0;
}
