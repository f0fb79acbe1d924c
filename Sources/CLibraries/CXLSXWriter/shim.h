#pragma once

#include <xlsxwriter.h>

// The options are a struct whose text is a plain `char *`, for which Swift would have to drop a const. The
// library copies the path: https://libxlsxwriter.github.io/workbook_8h.html
static inline lxw_workbook *wt_workbook_new(const char *path, const char *temporary_folder) {
  lxw_workbook_options options = {.constant_memory = LXW_TRUE, .tmpdir = (char *)temporary_folder};
  return workbook_new_opt(path, &options);
}

// The properties are texts of the same kind, which the library copies as well. Without a moment of creation the clock's
// would stand in the file, and no two files would be the same.
static inline lxw_error wt_workbook_set_properties(lxw_workbook *workbook, const char *title, const char *company,
                                                   int64_t created_seconds) {
  lxw_doc_properties properties = {
      .title = (char *)title, .company = (char *)company, .created = (time_t)created_seconds};
  return workbook_set_properties(workbook, &properties);
}
