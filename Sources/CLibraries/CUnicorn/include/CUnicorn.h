#pragma once

#include <unicorn/unicorn.h>

// libunicorn exports a GLib of its own under GLib's names. In one program with pango it would replace the real
// GLib, and the program would crash in its first font. The library is therefore loaded when it is first needed,
// and its names stay private. Each function is the library's of the same name; the others are uses of its
// variadic functions, which Swift does not import.

// Whether the library is there; everything else may only be called where it is.
bool wt_unicorn_is_there(void);

uc_err wt_open(uc_arch arch, uc_mode mode, uc_engine **engine);
uc_err wt_close(uc_engine *engine);
uc_err wt_reg_read(uc_engine *engine, int register_id, void *value);
uc_err wt_reg_write(uc_engine *engine, int register_id, const void *value);
uc_err wt_mem_read(uc_engine *engine, uint64_t address, void *bytes, size_t count);
uc_err wt_mem_write(uc_engine *engine, uint64_t address, const void *bytes, size_t count);
uc_err wt_mem_map(uc_engine *engine, uint64_t address, size_t count, uint32_t rights);
uc_err wt_mem_map_ptr(uc_engine *engine, uint64_t address, size_t count, uint32_t rights, void *memory);
uc_err wt_mmio_map(
    uc_engine *engine, uint64_t address, size_t count, uc_cb_mmio_read_t read, void *read_user, uc_cb_mmio_write_t write,
    void *write_user);
uc_err wt_emu_start(uc_engine *engine, uint64_t begin, uint64_t until, uint64_t timeout, size_t count);
uc_err wt_emu_stop(uc_engine *engine);

uc_err wt_context_alloc(uc_engine *engine, uc_context **context);
uc_err wt_context_save(uc_engine *engine, uc_context *context);
uc_err wt_context_restore(uc_engine *engine, uc_context *context);
uc_err wt_context_free(uc_context *context);

uc_err wt_use_cortex_m4(uc_engine *engine);
// The counters of a running program. They are kept in C because they change for every block of instructions, or
// for every instruction; `call` runs only where a counter reaches its limit or execution enters a fenced range.
struct wt_steps {
  // The number of half-words of instructions so far, and the number of blocks or of instructions so far.
  uint64_t cycles, count;
  uint64_t call_at_cycles, call_at_count;
  uint32_t fence, fence_bytes;
  void (*call)(void *user, bool is_in_fence);
  void *user;
};
// Counts before each block, or before each instruction. `steps` stays where it is as long as the engine lives.
uc_err wt_count_blocks(uc_engine *engine, struct wt_steps *steps);
uc_err wt_count_instructions(uc_engine *engine, struct wt_steps *steps);
uc_err wt_hook_protected_writes(uc_engine *engine, uc_cb_eventmem_t call, void *user);
// Forgets the translations of this range.
uc_err wt_forget_code(uc_engine *engine, uint64_t start, uint64_t end);
