#pragma once

// The numbers of docs/loader-protocol.md. Sources/Provision/Flashing/Loader is the laptop's side.
enum {
  protocol_version = 1,
  ring_bytes = 61440,
  block_bytes = 2048,
  frame_bytes = 12 + block_bytes,
  command_bytes = 260,
  reply_bytes = 16,
  queue_slots = 128,
  range_count = 12,
  read_bytes = 1024,
  // The times of silence after which a partial frame is dropped, the baud rate is given up, and the chip resets
  // itself (`first` before the first frame, `patience` after it).
  partial_milliseconds = 50,
  rate_milliseconds = 400,
  first_milliseconds = 3000,
  patience_milliseconds = 15000,
};

enum {
  command_ping = 1,
  command_status = 2,
  command_rate = 3,
  command_digest = 4,
  command_plan = 5,
  command_block = 6,
  command_prove = 7,
  command_reset = 8,
  command_read = 9,
};

enum {
  status_done = 0,
  status_unknown = 1,
  status_malformed = 2,
  status_refused = 3,
  status_order = 4,
  status_room = 5,
  status_not_yet = 6,
};

enum { failure_flash = 1, failure_unpacking = 2 };
