#define _GNU_SOURCE
#include "CFiles.h"

#include <unistd.h>

int wt_syncfs(int descriptor) { return syncfs(descriptor); }
