// What translated kernel code reads of the running thread: small, so that it can be inlined.
#pragma once
#include <cstdint>

namespace gpu_emulator {

struct Index3 {
  unsigned x, y, z;
};

struct Running {  // the kernel thread that has the processor now
  Index3 thread_index, block_index, block_size, grid_size;
  unsigned linear_thread;
  unsigned char* shared;  // base of the shared-memory window
  unsigned dynamic_shared_bytes;
  uint64_t noise_seed;  // of approximate instructions; 0: none
};

extern Running running;

}  // namespace gpu_emulator
