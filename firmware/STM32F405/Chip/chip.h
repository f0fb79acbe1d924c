#pragma once
// The functions that startup.c gives to Swift.
#include <stdint.h>

/// Milliseconds since power-up.
uint64_t wt_milliseconds(void);
/// The next byte received on line 0 (USART2), 1 (UART4) or 2 (USART1); -1 where there is none.
int32_t wt_received(uint32_t line);
/// The word at an address; 0 where reading it faults.
uint32_t wt_probe_load(uint32_t address);
