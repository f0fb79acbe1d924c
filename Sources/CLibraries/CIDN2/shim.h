#ifndef WELDTECH_CIDN2_H
#define WELDTECH_CIDN2_H

#include <idn2.h>
#include <stdint.h>
#include <string.h>

/// Writes the ASCII form of a domain name in UTF-8 into `room` of `size` bytes, by IDNA2008 with TR46's
/// mapping, as browsers do it. Returns 0 where there is no such form or it does not fit, otherwise 1. The flags
/// are an enumeration that Swift imports as a type of its own.
/// https://www.gnu.org/software/libidn/libidn2/manual/libidn2.html
static inline int wt_idn2_ascii(const char *name, char *room, size_t size) {
  uint8_t *ascii = NULL;
  if (idn2_lookup_u8((const uint8_t *)name, &ascii, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK) return 0;
  size_t length = strlen((const char *)ascii);
  int fits = length < size;
  if (fits) memcpy(room, ascii, length + 1);
  idn2_free(ascii);
  return fits;
}

#endif
