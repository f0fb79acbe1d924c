#define _GNU_SOURCE
#include "CFiles.h"

#include <malloc.h>
#include <unistd.h>

int wt_syncfs(int descriptor) { return syncfs(descriptor); }

void wt_keep_memory_flat(void) {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

void wt_give_memory_back(void) { malloc_trim(0); }
