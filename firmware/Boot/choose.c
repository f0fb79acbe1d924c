// The choice of the image that runs: the one in the application's sector, an uploaded one on its first trial,
// or the previous one where the trial was not confirmed.
//
// Every step can be interrupted and is then repeated from its beginning, by the contents of the flash alone:
//
//   marked                       the module wrote `pending` and the digest of the image to be replaced
//   application → backup         then `kept` is written: from here on the backup is not touched
//   upload → application         then `trial` is written, and the application started
//   confirmed                    the module wrote `confirmed`: nothing is left to do here
//   any start without that       backup → application, then `over` is written
//
// A flag is a word of zeros. A flag whose writing was interrupted is not set, and is written again.
#include "boot.h"

enum {
  application = 0x08010000,
  upload = 0x08020000,
  backup = 0x08040000,
  application_sector = 4,
  backup_sector = 6,
  // The uploaded file begins with the header of its container.
  uploaded_image = upload + 32,
  capacity = 0x10000,
  header = 0x200,
  header_end = 0x250,
  stated_digest = 0x230,
};

// These words are at the end of the upload's sector; firmware/Core/Image/UpdateSlot.swift reads them too.
enum {
  replaced = 0x0803FFE4,  // the first word of the digest of the application that is to be replaced
  pending = 0x0803FFE8,
  kept = 0x0803FFEC,
  trial = 0x0803FFF0,
  confirmed = 0x0803FFF4,
  over = 0x0803FFF8,
};

struct image {
  uint32_t length;  // 0: not an image that may be started
  uint32_t name;    // the first word of its digest
};

static uint32_t word_at(const struct wt_flash *flash, uint32_t address) {
  return flash->word(flash->context, address);
}

static int is_set(const struct wt_flash *flash, uint32_t flag) { return word_at(flash, flag) == 0; }

static int set(const struct wt_flash *flash, uint32_t flag) {
  return flash->program(flash->context, flag, 0) && is_set(flash, flag);
}

// Returns the image at `address` that is linked for the application's place; its length is 0 where there is no
// such image with the right digest.
static struct image examine(const struct wt_flash *flash, uint32_t address) {
  struct image none = {0, 0};
  uint32_t length = word_at(flash, address + header + 8), entry = word_at(flash, address + 4);
  uint32_t stack = word_at(flash, address);
  if (word_at(flash, address + header) != 0x57465457) return none;           // "WTFW"
  if (word_at(flash, address + header + 4) != (80u << 16 | 1)) return none;  // length and version of the header
  if (length < header_end || length > capacity || length & 3) return none;
  if (word_at(flash, address + header + 12) != application) return none;
  if (stack <= 0x20000000 || stack > 0x20020000 || stack & 3) return none;
  if (!(entry & 1) || entry < application + header_end || entry >= application + length) return none;
  uint32_t digest[8];
  wt_boot_digest(flash, address, length, digest);
  for (uint32_t index = 0; index < 8; index++) {
    if (__builtin_bswap32(word_at(flash, address + stated_digest + 4 * index)) != digest[index]) return none;
  }
  struct image found = {length, word_at(flash, address + stated_digest)};
  return found;
}

// Copies an image into a sector. Returns 1 where the copy was checked and is the same image, otherwise 0.
static int copy(const struct wt_flash *flash, struct image image, uint32_t from, uint32_t to, uint32_t sector) {
  if (!flash->erase(flash->context, sector)) return 0;
  for (uint32_t offset = 0; offset < image.length; offset += 4) {
    if (!flash->program(flash->context, to + offset, word_at(flash, from + offset))) return 0;
  }
  struct image made = examine(flash, to);
  return made.length == image.length && made.name == image.name;
}

// Ends the update, and leaves the application unchanged.
static int leave(const struct wt_flash *flash) {
  set(flash, over);
  return 1;
}

static int take_back(const struct wt_flash *flash, uint32_t old, struct image new) {
  struct image last = examine(flash, backup);
  if (last.length && last.name == old && copy(flash, last, backup, application, application_sector)) {
    return leave(flash);
  }
  if (examine(flash, application).length) return leave(flash);
  return new.length && copy(flash, new, uploaded_image, application, application_sector);
}

int wt_boot_choose(const struct wt_flash *flash) {
  struct image current = examine(flash, application);
  if (!is_set(flash, pending) || is_set(flash, confirmed) || is_set(flash, over)) return current.length != 0;

  uint32_t old = word_at(flash, replaced);
  struct image new = examine(flash, uploaded_image);
  if (current.length) {
    // Either somebody has flashed another image by the cable since, or the upload is gone, most likely because
    // its erasure was interrupted. In the second case these flags are left over from a finished update.
    if (!new.length || (current.name != old && current.name != new.name)) return leave(flash);
  }
  if (!new.length || is_set(flash, trial)) return take_back(flash, old, new);

  if (current.length && current.name == old && !is_set(flash, kept)) {
    // Without a backup there is no trial.
    if (!copy(flash, current, application, backup, backup_sector) || !set(flash, kept)) return leave(flash);
  }
  if (copy(flash, new, uploaded_image, application, application_sector) && set(flash, trial)) return 1;
  return take_back(flash, old, new);
}
