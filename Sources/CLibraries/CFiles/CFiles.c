#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int wt_syncfs(int descriptor) { return syncfs(descriptor); }

int wt_make_unique_file(char *path) { return mkostemp(path, O_CLOEXEC); }

int wt_make_memory_file(void) { return memfd_create("weldtech", MFD_CLOEXEC); }

int wt_spawn_without(posix_spawn_file_actions_t *actions, int first) {
  return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

void wt_keep_memory_flat(void) {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

void wt_give_memory_back(void) { malloc_trim(0); }
