// Functions of glibc that Swift does not see: syncfs(2), mkostemp(3), memfd_create(2) and one of posix_spawn(3), which
// are declared for GNU sources only, mallopt(3) and malloc_trim(3).
#pragma once

#include <spawn.h>

/// Writes all data of the file system of `descriptor` to the disk; returns -1 with errno where that fails.
int wt_syncfs(int descriptor);

/// Makes a file for its owner only, which no other program inherits, and replaces the six `X` at the end of
/// `path` by characters that make the name unique. Returns -1 with errno where that fails.
int wt_make_unique_file(char *path);

/// Makes a file in memory that no other program inherits; returns its descriptor, or -1 with errno. The file ends
/// with the last descriptor of it. https://man7.org/linux/man-pages/man2/memfd_create.2.html
int wt_make_memory_file(void);

/// Lets the program that is started have none of this program's descriptors from `first` on; returns an error number,
/// or 0. https://www.gnu.org/software/libc/manual/ (posix_spawn_file_actions_addclosefrom_np)
int wt_spawn_without(posix_spawn_file_actions_t *actions, int first);

/// Makes the system take back memory of 1 MiB and more once it is freed, and makes all threads share two heaps,
/// from now on.
void wt_keep_memory_flat(void);

/// Returns unused memory of the heaps to the system.
void wt_give_memory_back(void);
