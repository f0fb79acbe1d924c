// Functions of glibc that Swift does not see: syncfs(2) and mkostemp(3), declared for GNU sources only, mallopt(3) and
// malloc_trim(3).
#pragma once

/// Writes everything of the file system that `descriptor` is on to the disk; -1 and errno where that fails.
int wt_syncfs(int descriptor);

/// Makes a file for its owner only, of which no other program that is started gets a copy, and puts characters that no
/// other name there has in the place of the six `X` that `path` ends with. -1 and errno where that fails.
int wt_make_unique_file(char *path);

/// Has memory of 1 MiB and more go back to the system once it is freed, and all threads share two heaps, from now on.
void wt_keep_memory_flat(void);

/// Gives memory that the heaps hold and nobody uses back to the system.
void wt_give_memory_back(void);
