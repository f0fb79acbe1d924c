#pragma once

#include <errno.h>
#include <linux/serial.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>

// ioctl is variadic, which Swift does not import, so there is one function for each use. All return 0, or -1
// with errno.

/// Refuses further opens of the terminal (EBUSY) except by root, until the last descriptor is closed.
static inline int wt_tty_exclusive(int fd) { return ioctl(fd, TIOCEXCL); }
static inline int wt_modem_lines(int fd, int *lines) { return ioctl(fd, TIOCMGET, lines); }
static inline int wt_modem_set(int fd, int lines) { return ioctl(fd, TIOCMSET, &lines); }
static inline int wt_modem_raise(int fd, int lines) { return ioctl(fd, TIOCMBIS, &lines); }
static inline int wt_modem_lower(int fd, int lines) { return ioctl(fd, TIOCMBIC, &lines); }

/// Makes the driver deliver received bytes at once, where it has a flag for that (an FTDI otherwise waits up to
/// 16 ms).
static inline int wt_low_latency(int fd) {
  struct serial_struct settings;
  if (ioctl(fd, TIOCGSERIAL, &settings) != 0) return -1;
  settings.flags |= ASYNC_LOW_LATENCY;
  return ioctl(fd, TIOCSSERIAL, &settings);
}

/// Takes the lock of flock(2) or fails with EWOULDBLOCK. In Swift the name `flock` is taken by the struct of
/// fcntl's locks.
static inline int wt_lock_exclusively(int fd) { return flock(fd, LOCK_EX | LOCK_NB); }

/// Opens a raw pty whose secondary is at `path` (`size` bytes with the terminator); both descriptors are close-on-exec.
/// It is a function here because Swift does not see grantpt and ptsname.
int wt_open_pty(int *primary, int *secondary, char *path, size_t size);

/// Opens a descriptor that becomes readable whenever a program closes the terminal at `path`; non-blocking and
/// close-on-exec. It is a function here because Glibc's module map leaves sys/inotify.h out.
int wt_watch_closing(const char *path);

/// Polls with a time in nanoseconds, by ppoll(2), which is an extension that Glibc's module map does not show.
int wt_poll(struct pollfd *entries, size_t count, int64_t nanoseconds);
