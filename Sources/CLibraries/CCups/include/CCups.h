// The system's spooler, by libcups. The library is opened when a printer is first used, because a linked one
// would be loaded at every start of the program.
#pragma once

#include <stddef.h>

/// Whether libcups is installed.
int wt_cups_is_there(void);

/// The names of the printers, each ended by a line feed, to be freed with `free`; NULL where memory ran out.
char *wt_cups_printers(void);

/// Hands a file to a printer.
/// - `format`: its media type.
/// - `options`: `name=value` pairs with spaces between them.
/// - Returns: the job's number, or 0, and then `error` says why, cut to `error_size` bytes.
int wt_cups_submit(
    const char *printer, const char *file, const char *title, const char *format, const char *options, char *error,
    size_t error_size);
