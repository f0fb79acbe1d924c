// This program flashes the chip. The laptop loads it into RAM through the chip's ROM bootloader and starts it
// by the command Go. It follows the protocol of docs/loader-protocol.md on USART1, as fast as the line allows,
// and receives blocks by DMA while it erases and programs.
//
// The program runs from RAM, so that the flash's own work does not stall it. It takes no interrupt and ends
// every wait by itself: without a frame it returns to the last baud rate that worked, then to the first one,
// and finally resets the chip.
#include <stdint.h>

#include "../Boot/sha256.h"
#include "loader.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

extern uint32_t stack_top[];
void start(void);
__attribute__((noreturn)) static void restart(void);

// The words that the laptop writes into the program before it is sent, directly behind the vectors.
struct table {
  uint32_t name;        // "WTLD"
  uint32_t version;     // version of the protocol
  uint32_t line_speed;  // baud rate at which the ROM was reached
  uint32_t sectors;     // sectors that may be erased and programmed, one bit each
};

// The table is volatile, because its values change after compilation.
__attribute__((section(".vectors"), used)) static const volatile struct {
  const void *vectors[4];
  struct table table;
} head = {{stack_top, start, restart, restart}, {0x444C5457, protocol_version, 115200, 0}};

// The sectors of the pairing, which are refused whatever the table says.
enum { never = 1 << 1 | 1 << 2 };

// MARK: - Registers (RM0090)

enum {
  rcc_control = 0x40023800, rcc_pll = 0x40023804, rcc_configuration = 0x40023808, rcc_ahb1 = 0x40023830,
  flash_access = 0x40023C00, flash_keys = 0x40023C04, flash_status = 0x40023C0C, flash_control = 0x40023C10,
  uart_status = 0x40011000, uart_data = 0x40011004, uart_divider = 0x40011008, uart_control = 0x4001100C,
  uart_control3 = 0x40011014,
  // Stream 2, channel 4: the receiver of USART1.
  dma_clear = 0x40026408, dma_control = 0x40026440, dma_left = 0x40026444, dma_from = 0x40026448,
  dma_to = 0x4002644C, dma_queue = 0x40026454,
  watchdog_key = 0x40003000, tick_control = 0xE000E010, tick_reload = 0xE000E014, tick_value = 0xE000E018,
  vector_table = 0xE000ED08, reset_control = 0xE000ED0C,
};
enum { flash_busy = 1 << 16, flash_failures = 0xF2, flash_go = 1 << 16, flash_lock = (int)(1u << 31) };
enum { is_sent = 1 << 6, has_room = 1 << 7 };

// MARK: - State

// These buffers are not zeroed at the start, because that would take longer than the laptop waits.
#define BUFFER __attribute__((section(".buffers"))) static uint8_t
BUFFER ring[ring_bytes];      // the received bytes, written by DMA
BUFFER packed[frame_bytes];   // the body of the block that is being programmed
BUFFER plain[block_bytes];    // the data of that block, unpacked
BUFFER command[command_bytes];
BUFFER sending[4096];
static uint32_t send_head, send_tail;

static uint32_t parsed;               // index in the ring at which the next frame begins
static uint32_t arrived;              // index in the ring behind the last byte received
static struct {
  uint32_t place, length;
} queue[queue_slots];                 // blocks that were received whole, in order
static uint32_t queue_head, queue_tail;
static uint8_t next_block, failure;
static uint32_t waiting;              // sectors that are yet to be erased, one bit each
static uint32_t through;              // number of bytes of the image that are programmed

// The block that is being programmed.
static const uint8_t *source;
static uint32_t target, left, target_through;
static int flash_at_work;

// The digest that is being computed, over ranges of flash, one after another.
static struct range {
  uint32_t address, length;
} ranges[range_count];
static uint32_t range_index, range_done, hashed, total, limit;
static uint32_t state[8], schedule[16];

static uint32_t clock_khz, base_divider, good_divider, divider;
static uint32_t silence, idle;  // milliseconds since the last frame, and since the last byte
static uint8_t was_heard;

// MARK: - Clock and line

// Counts milliseconds and feeds the watchdog. It has to be called at least once in each millisecond; one may be
// missed while a block is hashed.
static void tick(void) {
  if (!(REGISTER(tick_control) & 1 << 16)) return;
  silence++, idle++;
  REGISTER(watchdog_key) = 0xAAAA;
}

static int wait_for(uint32_t address, uint32_t mask, uint32_t value) {
  for (uint32_t looks = 200000; looks; looks--) {
    if ((REGISTER(address) & mask) == value) return 1;
  }
  return 0;
}

// Frequency of APB2 in units of 10 kHz, under the assumption that the internal oscillator is exact; 0 where
// another oscillator drives the bus.
static uint32_t nominal_bus(void) {
  uint32_t configuration = REGISTER(rcc_configuration), pll = REGISTER(rcc_pll), clock = 1600;
  uint32_t source = configuration >> 2 & 3;
  if (source == 1 || (source == 2 && pll & 1 << 22)) return 0;
  if (source == 2) clock = clock * (pll >> 6 & 0x1FF) / (pll & 0x3F) / (2 * ((pll >> 16 & 3) + 1));
  if (configuration & 1 << 7) {
    uint32_t shift = (configuration >> 4 & 7) + 1;
    clock >>= shift > 4 ? shift + 1 : shift;
  }
  if (configuration & 1 << 15) clock >>= (configuration >> 13 & 3) + 1;
  return clock;
}

// Sets core and bus to 84 MHz from the internal oscillator, and computes their true frequency from the divider
// that the ROM has measured.
static void set_clock(void) {
  uint32_t measured = REGISTER(uart_divider);
  if (REGISTER(uart_control) & 1 << 15) measured = (measured >> 4) * 8 + (measured & 7);
  uint32_t nominal = nominal_bus(), real = measured * (head.table.line_speed / 100) / 100;
  // An oscillator is off by a few percent at most; a larger difference means that the ROM did not measure it.
  if (!nominal || real * 20 < nominal * 19 || real * 20 > nominal * 21) real = nominal = 1600;

  REGISTER(rcc_control) |= 1;
  wait_for(rcc_control, 2, 2);
  REGISTER(rcc_configuration) = 0;
  wait_for(rcc_configuration, 12, 0);
  REGISTER(rcc_control) &= ~(uint32_t)(1 << 24);
  wait_for(rcc_control, 1 << 25, 0);
  // 16 MHz / 16 × 336 / 4 is 84 MHz. The flash's caches stay off, so that the cells themselves are read.
  REGISTER(rcc_pll) = 16 | 336 << 6 | 1 << 16 | 7 << 24;
  REGISTER(rcc_control) |= 1 << 24;
  uint32_t speed = 16000;
  if (wait_for(rcc_control, 1 << 25, 1 << 25)) {
    REGISTER(flash_access) = 2;
    REGISTER(rcc_configuration) = 4 << 10;
    REGISTER(rcc_configuration) |= 2;
    if (wait_for(rcc_configuration, 12, 8)) speed = 84000;
  }
  clock_khz = speed * real / nominal;
  REGISTER(tick_reload) = speed - 1;
  REGISTER(tick_value) = 0;
  REGISTER(tick_control) = 5;
}

static uint32_t divider_for(uint32_t speed) { return (clock_khz * 1000 + speed / 2) / speed; }

static void listen(uint32_t wanted) {
  divider = wanted;
  REGISTER(dma_control) = 0;
  wait_for(dma_control, 1, 0);
  REGISTER(uart_control) = 0;
  REGISTER(uart_divider) = divider;
  REGISTER(uart_control3) = 1 << 6;
  REGISTER(dma_clear) = 0x3D << 16;
  REGISTER(dma_from) = uart_data;
  REGISTER(dma_to) = (uint32_t)ring;
  REGISTER(dma_left) = ring_bytes;
  REGISTER(dma_queue) = 0;
  // The stream uses channel 4, increments the memory address, and runs in a circle.
  REGISTER(dma_control) = 4 << 25 | 2 << 16 | 1 << 10 | 1 << 8 | 1;
  REGISTER(uart_control) = 1 << 13 | 1 << 3 | 1 << 2;
  // Blocks that were not processed are dropped and requested again.
  next_block -= (uint8_t)(queue_head - queue_tail);
  parsed = arrived = queue_head = queue_tail = silence = idle = 0;
}

__attribute__((noreturn)) static void restart(void) {
  REGISTER(reset_control) = 0x05FA0004;
  for (;;) {}
}

// MARK: - Frames

static uint32_t get(const uint8_t *bytes) {
  return bytes[0] | bytes[1] << 8 | bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static void put(uint8_t *bytes, uint32_t value) {
  for (int index = 0; index < 4; index++) bytes[index] = (uint8_t)(value >> 8 * index);
}

static uint32_t turn(uint32_t place) { return place >= ring_bytes ? place - ring_bytes : place; }

// CRC-32 (ISO 3309), four bits at a time.
static uint32_t check(uint32_t sum, uint8_t byte) {
  static const uint32_t steps[16] = {
    0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
    0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
  };
  sum ^= byte;
  sum = sum >> 4 ^ steps[sum & 15];
  return sum >> 4 ^ steps[sum & 15];
}

static void send(uint8_t byte) {
  // A byte that does not fit is lost as on the line, and requested again.
  if (send_head - send_tail < sizeof sending) sending[send_head++ % sizeof sending] = byte;
}

static void transmit(void) {
  if (send_tail != send_head && REGISTER(uart_status) & has_room) {
    REGISTER(uart_data) = sending[send_tail++ % sizeof sending];
  }
}

// Returns the number of free bytes in the ring. Blocks that were taken but not processed occupy room.
static uint32_t room(void) {
  uint32_t from = queue_head == queue_tail ? parsed : queue[queue_tail % queue_slots].place;
  return ring_bytes - 1 - (turn(arrived + ring_bytes - from));
}

static void reply(uint8_t kind, uint8_t number, uint8_t status, const uint8_t *bytes, uint32_t count) {
  uint8_t body[reply_bytes] = {status, next_block, (uint8_t)(queue_slots - (queue_head - queue_tail)), failure};
  put(body + 4, room());
  put(body + 8, through);
  put(body + 12, waiting);
  uint32_t length = reply_bytes + count, sum = ~0u;
  uint8_t front[8] = {'W', 'L', kind | 0x80, number, (uint8_t)length, (uint8_t)(length >> 8),
                      (uint8_t)~length, (uint8_t)(~length >> 8)};
  for (uint32_t index = 0; index < 8 + length; index++) {
    uint8_t byte = index < 8 ? front[index] : index < 8 + reply_bytes ? body[index - 8] : bytes[index - 8 - reply_bytes];
    sum = check(sum, byte);
    send(byte);
  }
  for (int index = 0; index < 32; index += 8) send((uint8_t)(~sum >> index));
}

// MARK: - Sectors

// The sector of an address; -1 for an address outside the flash.
static int sector_of(uint32_t address) {
  uint32_t offset = address - 0x08000000;
  if (offset >= 0x100000) return -1;
  return offset < 0x10000 ? (int)(offset >> 14) : offset < 0x20000 ? 4 : (int)(offset >> 17) + 4;
}

static int may_write(uint32_t address, uint32_t length) {
  int first = sector_of(address), last = sector_of(address + length - 1);
  return first >= 0 && first == last && head.table.sectors & ~(uint32_t)never & 1u << first;
}

// MARK: - Digest

static void begin_digest(const uint8_t *bytes, uint32_t count) {
  static const uint32_t initial[8] = WT_SHA256_INITIAL;
  range_index = range_done = hashed = total = limit = 0;
  for (uint32_t index = 0; index < range_count; index++) {
    struct range range = {0, 0};
    if (index < count) range = (struct range){get(bytes + 8 * index), get(bytes + 8 * index + 4)};
    ranges[index] = range;
    total += range.length;
  }
  for (int index = 0; index < 8; index++) state[index] = initial[index];
}

static int are_in_flash(const uint8_t *bytes, uint32_t count) {
  if (count > range_count) return 0;
  for (uint32_t index = 0; index < count; index++) {
    uint32_t offset = get(bytes + 8 * index) - 0x08000000, length = get(bytes + 8 * index + 4);
    if (offset > 0x100000 || length > 0x100000 - offset || (offset | length) & 3) return 0;
  }
  return 1;
}

// Hashes the next 64 bytes where they are programmed. Returns 0 where there are none to hash.
static int digest_step(void) {
  // The last byte is followed by a one bit, zeros, and the length in bits.
  uint32_t end = (total + 9 + 63) & ~(uint32_t)63;
  if (hashed == end || (limit < total && hashed + 64 > limit)) return 0;
  for (int index = 0; index < 16; index++, hashed += 4) {
    uint32_t word = 0;
    if (hashed < total) {
      while (range_done == ranges[range_index].length) range_index++, range_done = 0;
      word = __builtin_bswap32(REGISTER(ranges[range_index].address + range_done));
      range_done += 4;
    } else if (hashed == total) {
      word = 0x80000000;
    } else if (hashed == end - 4) {
      word = total << 3;
    }
    schedule[index] = word;
  }
  wt_sha256_compress(state, schedule);
  return 1;
}

// MARK: - Commands

static uint8_t take_block(uint8_t number, uint32_t place, uint32_t length) {
  uint8_t body[12];
  if (length < 12) return status_malformed;
  for (uint32_t index = 0; index < 12; index++) body[index] = ring[turn(place + index)];
  uint32_t size = body[8] | body[9] << 8;
  if (size == 0 || size > block_bytes || (size | get(body)) & 3 || body[10] > 1) return status_malformed;
  if (body[10] == 0 && length != 12 + size) return status_malformed;
  if (!may_write(get(body), size)) return status_refused;
  if (number != next_block) return status_order;
  if (queue_head - queue_tail == queue_slots) return status_room;
  queue[queue_head % queue_slots].place = place;
  queue[queue_head % queue_slots].length = length;
  queue_head++;
  next_block++;
  return status_done;
}

static void obey(uint8_t kind, uint8_t number, uint32_t length) {
  uint8_t status = status_done, digest[32];
  uint32_t extra = 0, value = get(command), count = (length - 4) / 8;
  const uint8_t *bytes = command;
  switch (kind) {
    case command_ping: extra = length; break;
    case command_status: break;
    case command_rate:
      if (length != 4 || value < 9600 || divider_for(value) < 16) {
        status = status_malformed;
        break;
      }
      reply(kind, number, status, 0, 0);
      while (send_tail != send_head) tick(), transmit();
      wait_for(uart_status, is_sent, is_sent);
      good_divider = divider;
      listen(divider_for(value));
      return;
    case command_digest:
    case command_plan:
      if (length < 4 || length != 4 + 8 * count || !are_in_flash(command + 4, count)) {
        status = status_malformed;
      } else if (kind == command_plan && value & ~(head.table.sectors & ~(uint32_t)never)) {
        status = status_refused;
      } else {
        begin_digest(command + 4, count);
        next_block = failure = 0;
        waiting = through = left = 0;
        queue_tail = queue_head;
        if (kind == command_plan) waiting = value; else limit = total;
      }
      break;
    case command_prove:
      if (limit < total || digest_step()) {
        status = status_not_yet;
        break;
      }
      for (int index = 0; index < 8; index++) put(digest + 4 * index, __builtin_bswap32(state[index]));
      bytes = digest, extra = 32;
      break;
    case command_read:
      if (length != 8 || get(command + 4) > read_bytes || !are_in_flash(command, 1)) {
        status = status_malformed;
      } else {
        bytes = (const uint8_t *)(uintptr_t)value, extra = get(command + 4);
      }
      break;
    case command_reset:
      reply(kind, number, status, 0, 0);
      while (send_tail != send_head) tick(), transmit();
      wait_for(uart_status, is_sent, is_sent);
      restart();
    default: status = status_unknown;
  }
  reply(kind, number, status, bytes, extra);
}

// Processes received bytes; returns 1 where there may be more.
static int receive(void) {
  uint32_t before = arrived;
  arrived = turn(ring_bytes - REGISTER(dma_left));
  if (arrived != before) idle = 0;
  uint32_t have = turn(arrived + ring_bytes - parsed);
  if (!have) return 0;
  uint8_t front[8];
  for (uint32_t index = 0; index < 8; index++) front[index] = ring[turn(parsed + index)];
  if (front[0] != 'W') goto skip;
  if (have < 8) goto partial;
  uint32_t length = front[4] | front[5] << 8;
  if (front[1] != 'L' || (length ^ 0xFFFF) != (uint32_t)(front[6] | front[7] << 8)) goto skip;
  uint8_t kind = front[2];
  if (length > (kind == command_block ? frame_bytes : command_bytes)) goto skip;
  if (have < length + 12) goto partial;

  uint32_t sum = ~0u, place = parsed;
  for (uint32_t index = 0; index < 8 + length; index++, place = turn(place + 1)) {
    sum = check(sum, ring[place]);
    if (index >= 8 && kind != command_block) command[index - 8] = ring[place];
  }
  for (int index = 0; index < 32; index += 8, place = turn(place + 1)) {
    if (ring[place] != (uint8_t)(~sum >> index)) goto skip;
  }
  uint32_t body = turn(parsed + 8);
  parsed = place;
  silence = 0;
  was_heard = 1;
  // A ping that arrived proves little, since its reply has to arrive as well; so only another command confirms
  // the baud rate.
  if (kind != command_ping) good_divider = divider;
  if (kind == command_block) {
    reply(kind, front[3], take_block(front[3], body, length), 0, 0);
  } else {
    obey(kind, front[3], length);
  }
  return 1;

partial:
  // The rest of a frame arrives at once or never.
  if (idle < partial_milliseconds) return 0;
skip:
  parsed = turn(parsed + 1);
  return 1;
}

// MARK: - Flash

// Unpacks an LZ4 block. Returns its unpacked length, or 0 where the block is invalid.
static uint32_t unpack(const uint8_t *from, const uint8_t *end, uint8_t *to) {
  uint32_t done = 0;
  while (from < end) {
    uint8_t token = *from++, more;
    uint32_t count = token >> 4;
    if (count == 15) do {
        if (from == end) return 0;
        more = *from++;
        count += more;
      } while (more == 255);
    if (count > (uint32_t)(end - from) || count > block_bytes - done) return 0;
    while (count--) to[done++] = *from++;
    if (from == end) return done;
    if (end - from < 2) return 0;
    uint32_t back = from[0] | from[1] << 8;
    from += 2;
    count = (token & 15) + 4;
    if (count == 19) do {
        if (from == end) return 0;
        more = *from++;
        count += more;
      } while (more == 255);
    if (back == 0 || back > done || count > block_bytes - done) return 0;
    for (; count--; done++) to[done] = to[done - back];
  }
  return 0;
}

static void unlock(uint32_t operation) {
  if (REGISTER(flash_control) & (uint32_t)flash_lock) {
    REGISTER(flash_keys) = 0x45670123;
    REGISTER(flash_keys) = 0xCDEF89AB;
  }
  REGISTER(flash_status) = flash_failures | 1;
  // Programming writes words of 32 bits.
  REGISTER(flash_control) = 2 << 8 | operation;
  flash_at_work = 1;
}

static void erase(int sector) {
  unlock((uint32_t)sector << 3 | 2);
  REGISTER(flash_control) |= flash_go;
  waiting &= ~(1u << sector);
}

static void fail(uint8_t why) {
  failure = why;
  waiting = left = 0;
  queue_tail = queue_head;
}

static void open_block(void) {
  uint32_t place = queue[queue_tail % queue_slots].place, length = queue[queue_tail % queue_slots].length;
  for (uint32_t index = 0; index < length; index++, place = turn(place + 1)) packed[index] = ring[place];
  queue_tail++;
  target = get(packed);
  target_through = get(packed + 4);
  left = packed[8] | packed[9] << 8;
  source = packed + 12;
  if (packed[10]) {
    source = plain;
    if (unpack(packed + 12, packed + length, plain) != left) return fail(failure_unpacking);
  }
  unlock(1);
}

// Starts the next step of the flash where the previous one has ended.
static void work(void) {
  if (flash_at_work) {
    uint32_t status = REGISTER(flash_status);
    if (status & flash_busy) return;
    if (status & flash_failures) fail(failure_flash);
  }
  if (left) {
    REGISTER(target) = get(source);
    target += 4, source += 4, left -= 4;
    if (!left) through = target_through;
    return;
  }
  if (flash_at_work) {
    REGISTER(flash_control) = flash_lock;
    flash_at_work = 0;
    if (limit < total) limit = through;
  }
  // A busy flash stalls every reader, so that hashing is done between two blocks.
  if (digest_step()) return;
  if (queue_head != queue_tail) {
    uint8_t address[4];
    for (uint32_t index = 0; index < 4; index++) address[index] = ring[turn(queue[queue_tail % queue_slots].place + index)];
    int sector = sector_of(get(address));
    if (waiting & 1u << sector) return erase(sector);
    return open_block();
  }
  // Sectors are erased in advance, except sector 0, from which the chip starts: it is erased only when its
  // first block is here.
  for (int sector = 11; sector > 0; sector--) {
    if (waiting & 1u << sector) return erase(sector);
  }
}

// MARK: - Running

__attribute__((used, noreturn)) static void run(void) {
  extern uint32_t bss_start[], bss_end[];
  for (uint32_t *word = bss_start; word < bss_end; word++) *word = 0;
  REGISTER(vector_table) = (uint32_t)&head;
  // The ROM's last answer is sent in the ROM's own framing.
  wait_for(uart_status, is_sent, is_sent);
  REGISTER(rcc_ahb1) |= 1 << 22;
  set_clock();
  base_divider = good_divider = divider_for(head.table.line_speed);
  listen(base_divider);
  for (;;) {
    tick();
    transmit();
    // A whole frame may have arrived: a few at most arrive in one turn, and each is processed once.
    while (receive()) tick(), transmit();
    work();
    if (divider != base_divider) {
      if (silence >= rate_milliseconds) listen(divider != good_divider ? good_divider : base_divider);
    } else if (silence >= (was_heard ? patience_milliseconds : first_milliseconds)) {
      restart();
    }
  }
}

__attribute__((naked, used)) void start(void) {
  __asm__ volatile(
      "cpsid i\n"
      "ldr r0, =stack_top\n"
      "msr msp, r0\n"
      "b %c0\n" ::"i"(run));
}
