// Adds parity and modem control lines to a pty, for a program that insists on them. The library is preloaded
// into that program.
//
// Parity: Linux drops PARENB on a pty without a word, and a program that reads its settings back finds them
// changed. So parity is kept from the kernel, remembered by descriptor, and put back into what is read.
// Modem lines: TIOCMGET and its kin fail with ENOTTY; here they set and read bits that no wire carries.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <termios.h>

enum { DESCRIPTORS = 256 };
static const tcflag_t withheld = PARENB | PARODD;

static struct {
  tcflag_t parity;
  int lines;
} state[DESCRIPTORS];

static int is_tracked(int descriptor) { return descriptor >= 0 && descriptor < DESCRIPTORS; }

int tcsetattr(int descriptor, int when, const struct termios *settings) {
  int (*next)(int, int, const struct termios *) = dlsym(RTLD_NEXT, "tcsetattr");
  struct termios acceptable = *settings;
  acceptable.c_cflag &= ~withheld;
  int status = next(descriptor, when, &acceptable);
  if (status == 0 && is_tracked(descriptor)) state[descriptor].parity = settings->c_cflag & withheld;
  return status;
}

int tcgetattr(int descriptor, struct termios *settings) {
  int (*next)(int, struct termios *) = dlsym(RTLD_NEXT, "tcgetattr");
  int status = next(descriptor, settings);
  if (status == 0 && is_tracked(descriptor)) settings->c_cflag |= state[descriptor].parity;
  return status;
}

static int without_lines(int descriptor, unsigned long request, int *lines) {
  switch (request) {
    case TIOCMGET: *lines = state[descriptor].lines; return 0;
    case TIOCMSET: state[descriptor].lines = *lines; return 0;
    case TIOCMBIS: state[descriptor].lines |= *lines; return 0;
    case TIOCMBIC: state[descriptor].lines &= ~*lines; return 0;
    default: errno = ENOTTY; return -1;
  }
}

int ioctl(int descriptor, unsigned long request, ...) {
  int (*next)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
  va_list arguments;
  va_start(arguments, request);
  void *argument = va_arg(arguments, void *);
  va_end(arguments);
  int status = next(descriptor, request, argument);
  if (status != 0 && errno == ENOTTY && is_tracked(descriptor)) {
    return without_lines(descriptor, request, argument);
  }
  return status;
}
