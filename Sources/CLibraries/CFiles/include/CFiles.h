// syncfs(2), which glibc declares for GNU sources only, so that Swift does not see it.
#pragma once

/// Writes everything of the file system that `descriptor` is on to the disk. -1 and errno where that fails.
int wt_syncfs(int descriptor);
