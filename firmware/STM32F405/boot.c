// The boot block, first sector: starts the application, or the chip's ROM bootloader where it is asked for or
// where there is nothing to start. It touches no clock and no watchdog.
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

extern uint32_t stack_top[];
void reset_handler(void);

__attribute__((section(".vectors"), used)) static const void *const vectors[16] = {
  stack_top, reset_handler, reset_handler, reset_handler, reset_handler, reset_handler, reset_handler,
  0, 0, 0, 0, reset_handler, reset_handler, 0, reset_handler, reset_handler,
};

static const uint32_t application = 0x08010000, system_memory = 0x1FFF0000;
// Above every stack: the application leaves a word here before a reset into the ROM.
static const uint32_t wish_address = 0x2001FFF8, wish_for_rom = 0x57544252;

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
  int wants_rom = REGISTER(wish_address) == wish_for_rom;
  REGISTER(wish_address) = 0;
  uint32_t stack = REGISTER(application), entry = REGISTER(application + 4);
  int is_there = stack > 0x20000000 && stack <= 0x20020000 && (entry & 1) && entry > application &&
                 entry < application + 0x10000;
  if (is_there && !wants_rom) enter(application);
  // The ROM expects itself at address 0, as after a reset with BOOT0 high.
  REGISTER(0x40023844) |= 1 << 14;  // RCC_APB2ENR: SYSCFG
  REGISTER(0x40013800) = 1;         // SYSCFG_MEMRMP: system memory
  enter(system_memory);
}
