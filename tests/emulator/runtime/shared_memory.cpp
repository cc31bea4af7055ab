#include "runtime/shared_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/options.h"
#include "runtime/sanitizer.h"

namespace gpu_emulator {

constexpr uint32_t overrun_bytes = 1024;  // past an end, also NaN

static void map_window() {
  const int fixed = running.shared ? MAP_FIXED : 0;
  void* m = mmap(running.shared, shared_window, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
  if (m == MAP_FAILED) {
    std::perror("gpu_emulator: no shared memory");
    std::abort();
  }
  running.shared = static_cast<unsigned char*>(m);
}

void open_shared_memory(const Kernel& kernel) {
  if (!running.shared || (sanitizer::checks_threads && options().cross_block)) map_window();
  sanitizer::unpoison(running.shared, shared_window);
  // All ones is NaN in every float format: a read before the first write shows in the results.
  uint32_t end = 0;
  for (int i = 0; i < kernel.shared_count; i++)
    end = std::max(end, kernel.shared[i].offset + kernel.shared[i].bytes);
  if (end) std::memset(running.shared, 0xff, std::min(end + overrun_bytes, dynamic_shared_offset));
  if (running.dynamic_shared_bytes)
    std::memset(running.shared + dynamic_shared_offset, 0xff,
                running.dynamic_shared_bytes + overrun_bytes);
  sanitizer::poison(running.shared, shared_window);
  for (int i = 0; i < kernel.shared_count; i++)
    sanitizer::unpoison(running.shared + kernel.shared[i].offset, kernel.shared[i].bytes);
  sanitizer::unpoison(running.shared + dynamic_shared_offset, running.dynamic_shared_bytes);
}

void close_shared_memory() { sanitizer::unpoison(running.shared, shared_window); }

}  // namespace gpu_emulator
