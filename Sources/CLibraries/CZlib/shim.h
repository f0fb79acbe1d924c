#pragma once

#include <zlib.h>

// inflateInit is a macro that adds zlib's version and the structure's size.
// https://zlib.net/manual.html#Basic
static inline int wt_inflate_init(z_stream *stream) { return inflateInit(stream); }
