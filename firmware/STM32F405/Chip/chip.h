#pragma once
// What startup.c gives to Swift.
#include <stdint.h>

/// Milliseconds since power-up.
uint64_t wt_milliseconds(void);
/// The word at an address, or 0 where reading it faults.
uint32_t wt_probe_load(uint32_t address);
