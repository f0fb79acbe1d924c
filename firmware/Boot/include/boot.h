// The decisions of the boot block, separate from the chip: firmware/STM32F405/boot.c connects them to the flash
// controller, the bench to a simulated flash.
#ifndef WT_BOOT_H
#define WT_BOOT_H

#include <stdint.h>

// The flash that holds the images (docs/firmware.md, "Two slots"). `program` and `erase` return 0 where the
// flash failed; `program` takes one word at an address divisible by 4 and can only clear bits.
struct wt_flash {
  void *context;
  uint32_t (*word)(void *context, uint32_t address);
  int (*program)(void *context, uint32_t address, uint32_t word);
  int (*erase)(void *context, uint32_t sector);
};

// Finishes a pending update, or takes it back. Returns 1 where the application may then be started, 0 where
// only the ROM bootloader is left. The function may be interrupted at any instruction and run again.
int wt_boot_choose(const struct wt_flash *flash);

// The digest of the image at `address`: SHA-256 over `length` bytes, a multiple of 4, in which the bytes of the
// digest itself count as zeros. `digest` gets eight words, as big-endian numbers.
void wt_boot_digest(const struct wt_flash *flash, uint32_t address, uint32_t length, uint32_t digest[8]);

#endif
