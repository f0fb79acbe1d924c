// This file has everything that has to exist before Swift starts: vectors, reset, faults, the tick, memory
// functions. There is no heap, and a program that asks for one does not link.
#include <stddef.h>
#include <stdint.h>

extern uint32_t image_length[], stack_top[];
extern uint32_t data_load[], data_start[], data_end[], bss_start[], bss_end[];

int main(void);
void reset_handler(void);
void fault_handler(void);
void tick_handler(void);
void usart1_handler(void);
void usart2_handler(void);
void uart4_handler(void);

// MARK: - Vectors and header, at fixed places of the image

__attribute__((section(".vectors"), used)) static const void *const vectors[98] = {
  stack_top,     reset_handler, fault_handler, fault_handler, fault_handler, fault_handler, fault_handler,
  0,             0,             0,             0,             fault_handler, fault_handler, 0,
  fault_handler, tick_handler,
  [16 + 37] = usart1_handler,
  [16 + 38] = usart2_handler,
  [16 + 52] = uart4_handler,
};

// firmware/Core/Image/ImageHeader.swift describes the layout; the digest is filled in after linking.
__attribute__((section(".image_header"), used)) static const struct {
  char magic[4];
  uint16_t header_version, header_length;
  const void *image_length;
  uint32_t load_address;
  uint16_t version[3], product_id;
  char chip[16];
  uint16_t lowest_replaceable[3], zero;
  uint8_t digest[32];
} header = {
  {'W', 'T', 'F', 'W'}, 1, 80, image_length, 0x08010000, {VERSION}, 0x413, "STM32F405", {LOWEST}, 0, {0},
};

// MARK: - Reset and faults

#define REGISTER(address) (*(volatile uint32_t *)(address))

__attribute__((noreturn)) static void restart(void) {
  REGISTER(0xE000ED0C) = 0x05FA0004;  // AIRCR: system reset
  for (;;) {}
}

__attribute__((used, noreturn)) void reset_handler(void) {
  uint32_t *from = data_load;
  for (uint32_t *to = data_start; to < data_end;) *to++ = *from++;
  for (uint32_t *to = bss_start; to < bss_end;) *to++ = 0;
  main();
  restart();
}

// Loads a word where the load may fault, because the unique id does not exist in every emulator. r0 is the
// address, and 0 is returned where the load faults.
__attribute__((naked, noinline)) uint32_t wt_probe_load(uint32_t address) {
  __asm__ volatile(
      ".global probed_load\n"
      "probed_load: ldr r0, [r0]\n"
      "bx lr\n");
}

extern uint8_t probed_load[];

// Handles a fault. `frame` holds the stacked registers, with r0 at 0 and the program counter at 6.
__attribute__((used)) static void examine_fault(uint32_t *frame) {
  if ((frame[6] | 1) == ((uint32_t)probed_load | 1)) {
    frame[0] = 0;
    frame[6] += 2;
    REGISTER(0xE000ED28) = 0xFFFFFFFF;  // CFSR: forget the fault
    return;
  }
  // The coil's pin, PB12, is set low first; the reset that follows releases the coil as well.
  REGISTER(0x40020418) = 1u << (12 + 16);
  restart();
}

__attribute__((naked, used)) void fault_handler(void) {
  __asm__ volatile(
      "tst lr, #4\n"
      "ite eq\n"
      "mrseq r0, msp\n"
      "mrsne r0, psp\n"
      "b %c0\n" ::"i"(examine_fault));
}

static volatile uint32_t ticks_low, ticks_high;

__attribute__((used)) void tick_handler(void) {
  if (++ticks_low == 0) ++ticks_high;
}

// Milliseconds since power-up; the value is read again where the tick came in between.
uint64_t wt_milliseconds(void) {
  for (;;) {
    uint32_t high = ticks_high, low = ticks_low;
    if (high == ticks_high) return (uint64_t)high << 32 | low;
  }
}

// MARK: - What compilers call on their own

void *memcpy(void *restrict to, const void *restrict from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  // Aligned data is copied by words, because a start may be waiting for the copy of a record or a buffer.
  if ((((uintptr_t)target | (uintptr_t)source) & 3) == 0) {
    for (; count >= 4; count -= 4, target += 4, source += 4) *(uint32_t *)target = *(const uint32_t *)source;
  }
  while (count--) *target++ = *source++;
  return to;
}

void *memmove(void *to, const void *from, size_t count) {
  uint8_t *target = to;
  const uint8_t *source = from;
  if (target <= source) return memcpy(to, from, count);
  while (count--) target[count] = source[count];
  return to;
}

void *memset(void *to, int value, size_t count) {
  uint8_t *target = to;
  while (count--) *target++ = (uint8_t)value;
  return to;
}

void __aeabi_memcpy(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memcpy4(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memcpy8(void *to, const void *from, size_t count) { memcpy(to, from, count); }
void __aeabi_memmove(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memmove4(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memmove8(void *to, const void *from, size_t count) { memmove(to, from, count); }
void __aeabi_memset(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memset4(void *to, size_t count, int value) { memset(to, value, count); }
void __aeabi_memclr(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memclr4(void *to, size_t count) { memset(to, 0, count); }
void __aeabi_memclr8(void *to, size_t count) { memset(to, 0, count); }

// The 64-bit arithmetic for which the core has no instruction (Run-time ABI for the Arm Architecture, section
// 5.2).
uint64_t __aeabi_llsr(uint64_t value, uint32_t count) {
  uint32_t low = (uint32_t)value, high = (uint32_t)(value >> 32);
  if (count >= 32) return count >= 64 ? 0 : high >> (count - 32);
  if (count == 0) return value;
  return (uint64_t)(high >> count) << 32 | (low >> count | high << (32 - count));
}

__attribute__((used)) static uint64_t divide(uint64_t left, uint64_t by, uint64_t *remainder) {
  uint64_t quotient = 0, rest = 0;
  for (int bit = 0; bit < 64; bit++) {
    rest = rest << 1 | left >> 63;
    left <<= 1;
    quotient <<= 1;
    if (by != 0 && rest >= by) {
      rest -= by;
      quotient |= 1;
    }
  }
  *remainder = rest;
  return quotient;
}

// Returns the quotient in r0 and r1 and the remainder in r2 and r3, which C cannot express.
__attribute__((naked)) void __aeabi_uldivmod(void) {
  __asm__ volatile(
      "push {r4, lr}\n"
      "sub sp, #16\n"
      "add r4, sp, #8\n"
      "str r4, [sp]\n"
      "bl %c0\n"
      "ldrd r2, r3, [sp, #8]\n"
      "add sp, #16\n"
      "pop {r4, pc}\n" ::"i"(divide));
}
