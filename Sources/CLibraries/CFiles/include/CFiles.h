// Functions of glibc that Swift does not see: syncfs(2) and mkostemp(3), declared for GNU sources only, mallopt(3) and
// malloc_trim(3).
#pragma once

/// Writes all data of the file system of `descriptor` to the disk; returns -1 with errno where that fails.
int wt_syncfs(int descriptor);

/// Makes a file for its owner only, which no other program inherits, and replaces the six `X` at the end of
/// `path` by characters that make the name unique. Returns -1 with errno where that fails.
int wt_make_unique_file(char *path);

/// Makes the system take back memory of 1 MiB and more once it is freed, and makes all threads share two heaps,
/// from now on.
void wt_keep_memory_flat(void);

/// Returns unused memory of the heaps to the system.
void wt_give_memory_back(void);
