// The receivers of the serial lines, whose interrupts put each byte into a ring of 255. Bytes are lost while
// the core stands still, as during an erasure, and new bytes are dropped where nobody empties a ring. All three
// lines carry texts that are checked, and repeated where they do not arrive.
#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

struct ring {
  volatile uint8_t head, tail;
  volatile uint8_t bytes[256];
};

static struct ring rings[3];

static void take(struct ring *ring, uint32_t port) {
  uint32_t status = REGISTER(port);
  // This read clears the request and an overrun.
  uint8_t byte = (uint8_t)REGISTER(port + 4);
  uint8_t head = ring->head, next = (uint8_t)(head + 1);
  if (!(status & 1u << 5) || next == ring->tail) return;
  ring->bytes[head] = byte;
  ring->head = next;
}

void usart2_handler(void) { take(&rings[0], 0x40004400); }
void uart4_handler(void) { take(&rings[1], 0x40004C00); }
void usart1_handler(void) { take(&rings[2], 0x40011000); }

int32_t wt_received(uint32_t line) {
  struct ring *ring = &rings[line];
  uint8_t tail = ring->tail;
  if (tail == ring->head) return -1;
  uint8_t byte = ring->bytes[tail];
  ring->tail = (uint8_t)(tail + 1);
  return byte;
}
