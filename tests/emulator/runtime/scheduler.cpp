// Runs the threads of one block after another, one fibre per CUDA thread.
#include <pthread.h>
#include <sys/mman.h>

#include <algorithm>
#include <cinttypes>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/block.h"
#include "runtime/context_switch.h"
#include "runtime/sanitizer.h"
#include "runtime/shared_memory.h"
#include "runtime/synchronise.h"

namespace gpu_emulator {

Running running;
Block block;
Statistics statistics;

namespace {

constexpr size_t page_bytes = 4096;
constexpr size_t stack_bytes = sanitizer::checks_addresses ? 256 * 1024 : 64 * 1024;
constexpr uint64_t max_idle_yields = 2'000'000;

void switch_to_thread(Thread& thread) {
  statistics.switches++;
  block.current = &thread;
  running.thread_index = thread.index;
  running.linear_thread = thread.linear;
#ifdef GPU_EMULATOR_ADDRESS
  __sanitizer_start_switch_fiber(&block.scheduler_address_state, thread.stack, stack_bytes);
#endif
  sanitizer::switch_fibre(thread.thread_state);
  gpu_emulator_switch(&block.scheduler_stack_pointer, thread.stack_pointer);
#ifdef GPU_EMULATOR_ADDRESS
  __sanitizer_finish_switch_fiber(block.scheduler_address_state, nullptr, nullptr);
#endif
}

void thread_main() {
#ifdef GPU_EMULATOR_ADDRESS
  __sanitizer_finish_switch_fiber(nullptr, &block.scheduler_stack, &block.scheduler_stack_bytes);
#endif
  if (!options().cross_block) sanitizer::acquire(&block.start_tag);
  block.kernel->run(block.parameters);
  sanitizer::release(&block.end_tag);
  Thread& me = *block.current;
  if (me.first_copy != me.last_copy)
    fail(Fault::launch_failure, {}, "thread exits with cp.async copies it never waited for");
  me.state = State::done;
  block.live--;
  block.idle_yields = 0;
  switch_to_scheduler();
  std::abort();  // a finished thread is never resumed
}

/// mmap() again: ThreadSanitizer then forgets the accesses that earlier blocks made there.
void map_stack(Thread& thread) {
  const int fixed = thread.stack ? MAP_FIXED : 0;
  void* at = thread.stack ? thread.stack - page_bytes : nullptr;
  void* m = mmap(at, stack_bytes + page_bytes, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
  if (m == MAP_FAILED) {
    std::perror("gpu_emulator: no memory for a thread's stack");
    std::abort();
  }
  mprotect(m, page_bytes, PROT_NONE);  // overflow faults
  thread.stack = static_cast<char*>(m) + page_bytes;
}

void start_thread(unsigned i) {
  Thread& t = block.threads[i];
  if (!t.stack || options().cross_block) map_stack(t);
  sanitizer::unpoison(t.stack, stack_bytes);
  if (options().cross_block && t.thread_state) {
    sanitizer::destroy_fibre(t.thread_state);
    t.thread_state = nullptr;
  }
  if (!t.thread_state) t.thread_state = sanitizer::create_fibre();
  const Index3 size = running.block_size;
  t.index = {i % size.x, i / size.x % size.y, i / (size.x * size.y)};
  t.linear = i;
  t.first_copy = t.last_copy = t.first_group = t.last_group = 0;
  t.address_state = nullptr;
  t.stack_pointer = prepare_stack(t.stack, stack_bytes, &thread_main);
  make_ready(i);
}

/// Another warp becomes hot: its threads go to the end of the list.
void heat(unsigned warp) {
  auto& ready = block.ready;
  block.hot_warp = warp;
  const auto first =
      std::partition(ready.begin(), ready.end(), [=](unsigned id) { return id / 32 != warp; });
  block.hot_ready = size_t(ready.end() - first);
}

unsigned take_ready_thread() {
  auto& ready = block.ready;
  if (block.order == Order::forward) {
    const unsigned id = ready.front();
    ready.erase(ready.begin());
    return id;
  }
  size_t pick = ready.size() - 1;
  if (block.order == Order::random) pick = next_random() % ready.size();
  if (block.order == Order::warp) {
    if (!block.hot_ready || next_random() % 256 == 0)  // now and then interrupt it
      heat(ready[next_random() % ready.size()] / 32);
    pick -= next_random() % block.hot_ready--;
  }
  std::swap(ready[pick], ready.back());
  const unsigned id = ready.back();
  ready.pop_back();
  return id;
}

/// Nobody can run, some threads are not done: say who waits where.
void report_deadlock() {
  unsigned done = 0, at_barrier = 0, at_warp = 0;
  const Thread *b = nullptr, *w = nullptr;
  for (unsigned i = 0; i < block.thread_count; i++) {
    const Thread& t = block.threads[i];
    if (t.state == State::done) done++;
    if (t.state == State::at_barrier && !at_barrier++) b = &t;
    if (t.state == State::at_warp_operation && !at_warp++) w = &t;
  }
  char text[700];
  int n = std::snprintf(text, sizeof text,
                        "divergent synchronisation: %u of %u threads can go no further;",
                        at_barrier + at_warp, block.thread_count);
  if (b)
    n += std::snprintf(text + n, sizeof text - n,
                       " %u wait in barrier %d (thread %u at %s:%d, PTX line %d);", at_barrier,
                       b->barrier, b->linear, b->site.file, b->site.line, b->site.ptx_line);
  if (w)
    n += std::snprintf(
        text + n, sizeof text - n, " %u wait in %s mask %08x (thread %u at %s:%d, PTX line %d);",
        at_warp, w->waits_for, w->mask, w->linear, w->site.file, w->site.line, w->site.ptx_line);
  if (done) std::snprintf(text + n, sizeof text - n, " %u have exited", done);
  block.result = {Fault::launch_failure, text};
}

void run_block(Index3 index) {
  running.block_index = index;
  block.live = block.thread_count;
  block.ready.clear();
  block.hot_ready = 0;
  block.idle_yields = 0;
  for (Barrier& b : block.barriers) b.expected = b.arrived = b.votes = 0;
  block.warp_operations.resize((block.thread_count + 31) / 32 * 32);
  for (WarpOperation& op : block.warp_operations) op.mask = 0;
  open_shared_memory(*block.kernel);
  for (unsigned i = 0; i < block.thread_count; i++) start_thread(i);
  sanitizer::release(&block.start_tag);
  while (!block.ready.empty() && block.result.fault == Fault::none)
    switch_to_thread(block.threads[take_ready_thread()]);
  if (block.result.fault == Fault::none && block.live) report_deadlock();
  if (!options().cross_block) sanitizer::acquire(&block.end_tag);
  close_shared_memory();
  statistics.blocks++;
}

std::vector<uint64_t> block_order(uint64_t count) {
  std::vector<uint64_t> order(count);
  for (uint64_t i = 0; i < count; i++) order[i] = block.order == Order::reverse ? count - 1 - i : i;
  if (block.order == Order::random || block.order == Order::warp)
    for (uint64_t i = count; i > 1; i--) std::swap(order[i - 1], order[next_random() % i]);
  return order;
}

}  // namespace

void make_ready(unsigned thread) {
  block.threads[thread].state = State::ready;
  block.ready.push_back(thread);
  if (block.order != Order::warp) return;
  if (thread / 32 == block.hot_warp)
    block.hot_ready++;
  else
    std::swap(block.ready.back(), block.ready[block.ready.size() - 1 - block.hot_ready]);
}

void switch_to_scheduler() {
  Thread* me = block.current;
#ifdef GPU_EMULATOR_ADDRESS
  const bool last = me->state == State::done;
  __sanitizer_start_switch_fiber(last ? nullptr : &me->address_state, block.scheduler_stack,
                                 block.scheduler_stack_bytes);
#endif
  sanitizer::switch_fibre(block.scheduler_fibre);
  gpu_emulator_switch(&me->stack_pointer, block.scheduler_stack_pointer);
#ifdef GPU_EMULATOR_ADDRESS
  __sanitizer_finish_switch_fiber(me->address_state, nullptr, nullptr);
#endif
}

void yield_to_others() {
  make_ready(block.current->linear);
  switch_to_scheduler();
}

void spin_hint(Site site) {
  static unsigned calls = 0;
  if (++calls % 32 != 0) return;
  if (++block.idle_yields > max_idle_yields)
    fail(Fault::launch_failure, site,
         "spins without progress (blocks run one at a time: waiting for another block hangs)");
  yield_to_others();
}

void fail(Fault fault, Site site, const char* format, ...) {
  char text[1024], where[300] = "";
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (site.file)
    std::snprintf(where, sizeof where, " at %s:%d (PTX line %d)", site.file, site.line,
                  site.ptx_line);
  const Index3 t = block.current->index;
  char thread[64];
  std::snprintf(thread, sizeof thread, "thread (%u,%u,%u): ", t.x, t.y, t.z);
  if (block.result.fault == Fault::none) block.result = {fault, std::string(thread) + text + where};
  sanitizer::release(&block.end_tag);
  for (;;) switch_to_scheduler();  // the scheduler drops every thread of this launch
}

static void print_statistics() {
  const Statistics& s = statistics;
  std::fprintf(stderr,
               "gpu_emulator: launches %" PRIu64 ", blocks %" PRIu64 ", switches %" PRIu64
               ", barriers %" PRIu64 ", warp operations %" PRIu64 ", mma %" PRIu64
               ", ldmatrix phases %" PRIu64 " (%" PRIu64
               " with bank conflicts); alive: streams %" PRId64 ", events %" PRId64
               ", pinned bytes %zu\n",
               s.launches, s.blocks, s.switches, s.barriers, s.warp_operations, s.matrix_products,
               s.ldmatrix_phases, s.ldmatrix_conflicts, s.streams, s.events, s.pinned_bytes);
}

namespace {
const bool registered = [] {
  if (options().statistics) std::atexit(print_statistics);
  return true;
}();
}  // namespace

LaunchResult run_grid(const Kernel& kernel, const unsigned char* parameters, Index3 grid,
                      Index3 size, unsigned dynamic_shared_bytes) {
  statistics.launches++;
  running.grid_size = grid;
  running.block_size = size;
  running.dynamic_shared_bytes = dynamic_shared_bytes;
  running.noise_seed = options().noise ? options().noise * 0x2545f4914f6cdd1dull | 1 : 0;
  block.kernel = &kernel;
  block.host_thread = pthread_self();
  block.parameters = parameters;
  block.thread_count = size.x * size.y * size.z;
  block.result = {};
  block.order = options().order;
  if (block.order == Order::mixed) block.order = next_random() & 64 ? Order::random : Order::warp;
  block.scheduler_fibre = sanitizer::current_fibre();
  if (block.threads.size() < block.thread_count) block.threads.resize(block.thread_count);
  for (uint64_t b : block_order(uint64_t(grid.x) * grid.y * grid.z)) {
    run_block({unsigned(b % grid.x), unsigned(b / grid.x % grid.y), unsigned(b / grid.x / grid.y)});
    if (block.result.fault != Fault::none) {
      sanitizer::acquire(&block.end_tag);
      const Index3 i = running.block_index;
      char where[64];
      std::snprintf(where, sizeof where, "block (%u,%u,%u) ", i.x, i.y, i.z);
      block.result.message = where + block.result.message;
      break;
    }
  }
  sanitizer::acquire(&block.end_tag);
  block.current = nullptr;
  return block.result;
}

}  // namespace gpu_emulator
