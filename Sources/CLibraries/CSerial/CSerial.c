#define _GNU_SOURCE
#include "CSerial.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

int wt_open_pty(int *primary, int *secondary, char *path, size_t size) {
  int first = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
  if (first < 0) return -1;
  int second = -1;
  int failure = 0;
  struct termios settings;
  if (grantpt(first) != 0 || unlockpt(first) != 0) {
    failure = errno;
  } else if ((failure = ptsname_r(first, path, size)) == 0) {
    second = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (second < 0 || tcgetattr(second, &settings) != 0) {
      failure = errno;
    } else {
      cfmakeraw(&settings);
      if (tcsetattr(second, TCSANOW, &settings) != 0) failure = errno;
    }
  }
  if (failure != 0) {
    if (second >= 0) close(second);
    close(first);
    errno = failure;
    return -1;
  }
  *primary = first;
  *secondary = second;
  return 0;
}

int wt_watch_closing(const char *path) {
  int watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (watcher < 0) return -1;
  if (inotify_add_watch(watcher, path, IN_CLOSE_WRITE | IN_CLOSE_NOWRITE) < 0) {
    int failure = errno;
    close(watcher);
    errno = failure;
    return -1;
  }
  return watcher;
}

int wt_poll(struct pollfd *entries, size_t count, int64_t nanoseconds) {
  struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return ppoll(entries, count, &time, 0);
}
