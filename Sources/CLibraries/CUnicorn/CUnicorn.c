#define _GNU_SOURCE
#include "CUnicorn.h"

#include <dlfcn.h>
#include <pthread.h>

static struct {
  __typeof__(uc_open) *open;
  __typeof__(uc_close) *close;
  __typeof__(uc_reg_read) *reg_read;
  __typeof__(uc_reg_write) *reg_write;
  __typeof__(uc_mem_read) *mem_read;
  __typeof__(uc_mem_write) *mem_write;
  __typeof__(uc_mem_map) *mem_map;
  __typeof__(uc_mem_map_ptr) *mem_map_ptr;
  __typeof__(uc_mmio_map) *mmio_map;
  __typeof__(uc_emu_start) *emu_start;
  __typeof__(uc_emu_stop) *emu_stop;
  __typeof__(uc_hook_add) *hook_add;
  __typeof__(uc_ctl) *ctl;
  __typeof__(uc_context_alloc) *context_alloc;
  __typeof__(uc_context_save) *context_save;
  __typeof__(uc_context_restore) *context_restore;
  __typeof__(uc_context_free) *context_free;
} unicorn;
static bool is_there;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void) {
  // RTLD_DEEPBIND finds the library's own names before those of others; RTLD_LOCAL hides them from others.
  void *library = dlopen("libunicorn.so.2", RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  if (!library) return;
#define FIND(name) ((unicorn.name = (__typeof__(unicorn.name))dlsym(library, "uc_" #name)) != NULL)
  is_there = FIND(open) && FIND(close) && FIND(reg_read) && FIND(reg_write) && FIND(mem_read) && FIND(mem_write) &&
             FIND(mem_map) && FIND(mem_map_ptr) && FIND(mmio_map) && FIND(emu_start) && FIND(emu_stop) &&
             FIND(hook_add) && FIND(ctl) && FIND(context_alloc) && FIND(context_save) && FIND(context_restore) &&
             FIND(context_free);
}

bool wt_unicorn_is_there(void) {
  pthread_once(&once, load);
  return is_there;
}

uc_err wt_open(uc_arch arch, uc_mode mode, uc_engine **engine) { return unicorn.open(arch, mode, engine); }

uc_err wt_close(uc_engine *engine) { return unicorn.close(engine); }

uc_err wt_reg_read(uc_engine *engine, int register_id, void *value) {
  return unicorn.reg_read(engine, register_id, value);
}

uc_err wt_reg_write(uc_engine *engine, int register_id, const void *value) {
  return unicorn.reg_write(engine, register_id, value);
}

uc_err wt_mem_read(uc_engine *engine, uint64_t address, void *bytes, size_t count) {
  return unicorn.mem_read(engine, address, bytes, count);
}

uc_err wt_mem_write(uc_engine *engine, uint64_t address, const void *bytes, size_t count) {
  return unicorn.mem_write(engine, address, bytes, count);
}

uc_err wt_mem_map(uc_engine *engine, uint64_t address, size_t count, uint32_t rights) {
  return unicorn.mem_map(engine, address, count, rights);
}

uc_err wt_mem_map_ptr(uc_engine *engine, uint64_t address, size_t count, uint32_t rights, void *memory) {
  return unicorn.mem_map_ptr(engine, address, count, rights, memory);
}

uc_err wt_mmio_map(
    uc_engine *engine, uint64_t address, size_t count, uc_cb_mmio_read_t read, void *read_user, uc_cb_mmio_write_t write,
    void *write_user) {
  return unicorn.mmio_map(engine, address, count, read, read_user, write, write_user);
}

uc_err wt_emu_start(uc_engine *engine, uint64_t begin, uint64_t until, uint64_t timeout, size_t count) {
  return unicorn.emu_start(engine, begin, until, timeout, count);
}

uc_err wt_emu_stop(uc_engine *engine) { return unicorn.emu_stop(engine); }

uc_err wt_use_cortex_m4(uc_engine *engine) {
  return unicorn.ctl(engine, UC_CTL_WRITE(UC_CTL_CPU_MODEL, 1), UC_CPU_ARM_CORTEX_M4);
}

static uc_err hook(uc_engine *engine, int type, void *call, void *user) {
  uc_hook handle;
  return unicorn.hook_add(engine, &handle, type, call, user, (uint64_t)1, (uint64_t)0);
}

static void step(uc_engine *engine, uint64_t address, uint32_t size, void *user) {
  (void)engine;
  struct wt_steps *steps = user;
  if ((uint32_t)address - steps->fence < steps->fence_bytes) {
    steps->call(steps->user, true);
    return;
  }
  steps->cycles += size > 2 ? size / 2 : 1;
  steps->count++;
  if (steps->cycles >= steps->call_at_cycles || steps->count >= steps->call_at_count) steps->call(steps->user, false);
}

uc_err wt_count_blocks(uc_engine *engine, struct wt_steps *steps) {
  return hook(engine, UC_HOOK_BLOCK, (void *)step, steps);
}

uc_err wt_count_instructions(uc_engine *engine, struct wt_steps *steps) {
  return hook(engine, UC_HOOK_CODE, (void *)step, steps);
}

uc_err wt_hook_protected_writes(uc_engine *engine, uc_cb_eventmem_t call, void *user) {
  return hook(engine, UC_HOOK_MEM_WRITE_PROT, (void *)call, user);
}

uc_err wt_forget_code(uc_engine *engine, uint64_t start, uint64_t end) {
  return unicorn.ctl(engine, UC_CTL_WRITE(UC_CTL_TB_REMOVE_CACHE, 2), start, end);
}

uc_err wt_context_alloc(uc_engine *engine, uc_context **context) { return unicorn.context_alloc(engine, context); }

uc_err wt_context_save(uc_engine *engine, uc_context *context) { return unicorn.context_save(engine, context); }

uc_err wt_context_restore(uc_engine *engine, uc_context *context) { return unicorn.context_restore(engine, context); }

uc_err wt_context_free(uc_context *context) { return unicorn.context_free(context); }
