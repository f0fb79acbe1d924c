// The boot block in the first sector. It starts the application where firmware/Boot finds one with a right
// digest; otherwise, and on request, it starts the chip's ROM bootloader. The boot block changes no clock and
// no watchdog.
#include <stdint.h>

#include "boot.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

extern uint32_t stack_top[];
void reset_handler(void);

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
  stack_top, reset_handler, reset_handler, reset_handler, reset_handler, reset_handler, reset_handler,
  0, 0, 0, 0, reset_handler, reset_handler, 0, reset_handler, reset_handler,
};

static const uint32_t application = 0x08010000, system_memory = 0x1FFF0000;
// This word lies above every stack; the application leaves a value here before a reset into the ROM.
static const uint32_t request_address = 0x2001FFF8, request_for_rom = 0x57544252;

// MARK: - The flash controller (RM0090, section 3.9)

enum { flash_keys = 0x40023C04, flash_status = 0x40023C0C, flash_control = 0x40023C10 };
enum { is_busy = 1 << 16, failures = 0xF2, start = 1 << 16, is_locked = (int)(1u << 31) };

static uint32_t load(void *context, uint32_t address) {
  (void)context;
  return REGISTER(address);
}

// Polls at 16 MHz, where one poll takes at most 10 clocks; the slowest erasure takes 4 seconds.
static int wait(void) {
  for (uint32_t looks = 16000000; REGISTER(flash_status) & is_busy;) {
    if (--looks == 0) return 0;
  }
  int is_done = !(REGISTER(flash_status) & failures);
  REGISTER(flash_control) = is_locked;
  return is_done;
}

// Unlocks the controller and selects an operation. Programming writes words of 32 bits.
static void unlock(uint32_t operation) {
  REGISTER(flash_keys) = 0x45670123;
  REGISTER(flash_keys) = 0xCDEF89AB;
  REGISTER(flash_status) = failures | 1;
  REGISTER(flash_control) = 2 << 8 | operation;
}

static int program(void *context, uint32_t address, uint32_t word) {
  (void)context;
  unlock(1);
  REGISTER(address) = word;
  return wait();
}

static int erase(void *context, uint32_t sector) {
  (void)context;
  unlock(sector << 3 | 2);
  REGISTER(flash_control) |= start;
  return wait();
}

// MARK: - Starting

__attribute__((noreturn)) static void enter(uint32_t table) {
  REGISTER(0xE000ED08) = table;  // VTOR
  __asm__ volatile(
      "dsb\n"
      "msr msp, %0\n"
      "isb\n"
      "bx %1\n" ::"r"(REGISTER(table)),
      "r"(REGISTER(table + 4))
      : "memory");
  __builtin_unreachable();
}

__attribute__((used, noreturn)) void reset_handler(void) {
  static const struct wt_flash flash = {0, load, program, erase};
  int wants_rom = REGISTER(request_address) == request_for_rom;
  REGISTER(request_address) = 0;
  if (!wants_rom && wt_boot_choose(&flash)) enter(application);
  // The ROM expects to be at address 0, as after a reset with BOOT0 high.
  REGISTER(0x40023844) |= 1 << 14;  // RCC_APB2ENR: SYSCFG
  REGISTER(0x40013800) = 1;         // SYSCFG_MEMRMP: system memory
  enter(system_memory);
}
