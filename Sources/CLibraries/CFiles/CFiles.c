#define _GNU_SOURCE
#include "CFiles.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

int wt_syncfs(int descriptor) { return syncfs(descriptor); }

int wt_make_unique_file(char *path) { return mkostemp(path, O_CLOEXEC); }

void wt_keep_memory_flat(void) {
  mallopt(M_ARENA_MAX, 2);
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
}

void wt_give_memory_back(void) { malloc_trim(0); }
