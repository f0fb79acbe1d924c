// What glibc has and Swift does not see: syncfs(2), declared for GNU sources only, mallopt(3) and
// malloc_trim(3).
#pragma once

/// Writes everything of the file system that `descriptor` is on to the disk. -1 and errno where that fails.
int wt_syncfs(int descriptor);

/// From now on, memory of 1 MiB and more goes back to the system once it is let go, and all threads share two heaps.
void wt_keep_memory_flat(void);

/// Gives what the heaps hold and nobody uses back to the system.
void wt_give_memory_back(void);
