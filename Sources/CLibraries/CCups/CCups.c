#define _GNU_SOURCE
#include "CCups.h"

#include <cups/cups.h>
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct {
  __typeof__(cupsGetDests2) *get_dests;
  __typeof__(cupsFreeDests) *free_dests;
  __typeof__(cupsPrintFile2) *print_file;
  __typeof__(cupsParseOptions) *parse_options;
  __typeof__(cupsAddOption) *add_option;
  __typeof__(cupsFreeOptions) *free_options;
  __typeof__(cupsLastErrorString) *last_error;
} cups;
static int is_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  void *library = dlopen("libcups.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!library) return;
#define FIND(name, symbol) ((cups.name = (__typeof__(cups.name))dlsym(library, symbol)) != NULL)
  is_there = FIND(get_dests, "cupsGetDests2") && FIND(free_dests, "cupsFreeDests") &&
             FIND(print_file, "cupsPrintFile2") && FIND(parse_options, "cupsParseOptions") &&
             FIND(add_option, "cupsAddOption") && FIND(free_options, "cupsFreeOptions") &&
             FIND(last_error, "cupsLastErrorString");
}

int wt_cups_is_there(void) {
  pthread_once(&once, load);
  return is_there;
}

char *wt_cups_printers(void) {
  if (!wt_cups_is_there()) return strdup("");
  cups_dest_t *dests = NULL;
  int count = cups.get_dests(CUPS_HTTP_DEFAULT, &dests);
  size_t length = 1;
  for (int index = 0; index < count; index++) length += strlen(dests[index].name) + 1;
  char *names = malloc(length);
  if (names) {
    char *end = names;
    for (int index = 0; index < count; index++) end += sprintf(end, "%s\n", dests[index].name);
    *end = 0;
  }
  cups.free_dests(count, dests);
  return names;
}

int wt_cups_submit(
    const char *printer, const char *file, const char *title, const char *format, const char *options, char *error,
    size_t error_size) {
  if (!wt_cups_is_there()) return 0;
  cups_option_t *parsed = NULL;
  int count = cups.parse_options(options, 0, &parsed);
  count = cups.add_option("document-format", format, count, &parsed);
  int job = cups.print_file(CUPS_HTTP_DEFAULT, printer, file, title, count, parsed);
  cups.free_options(count, parsed);
  if (job == 0) snprintf(error, error_size, "%s", cups.last_error() ? cups.last_error() : "");
  return job;
}
