// SHA-256 (FIPS 180-4) over flash, word by word.
#include "boot.h"
#include "sha256.h"

void wt_boot_digest(const struct wt_flash *flash, uint32_t address, uint32_t length, uint32_t digest[8]) {
  static const uint32_t initial[8] = WT_SHA256_INITIAL;
  for (int index = 0; index < 8; index++) digest[index] = initial[index];
  uint32_t schedule[16];
  // The message is followed by a one bit, zeros up to a whole block, and its length in bits in the last word.
  uint32_t end = (length + 1 + 8 + 63) & ~(uint32_t)63;
  for (uint32_t offset = 0; offset < end; offset += 4) {
    uint32_t word = 0;
    if (offset < length) {
      if (offset < 0x230 || offset >= 0x250) word = __builtin_bswap32(flash->word(flash->context, address + offset));
    } else if (offset == length) {
      word = 0x80000000;
    } else if (offset == end - 4) {
      word = length << 3;
    }
    schedule[offset >> 2 & 15] = word;
    if ((offset & 63) == 60) wt_sha256_compress(digest, schedule);
  }
}
