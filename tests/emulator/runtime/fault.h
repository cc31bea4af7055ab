// What a kernel can do wrong, where it did it, and how it is stopped.
#pragma once

namespace gpu_emulator {

/// A place in the kernel: the CUDA source line (-lineinfo) and the PTX line it became.
struct Site {
  const char* file;
  int line;
  int ptx_line;
};

/// The values are those of cudaError_t, so that a launch can return them as they are.
enum class Fault {
  none = 0,
  illegal_address = 700,
  assert = 710,
  illegal_instruction = 715,
  misaligned_address = 716,
  invalid_address_space = 717,
  launch_failure = 719,  // also everything that would hang or be undefined on a GPU
};

/// Reports from the running kernel thread and abandons the launch; never returns.
[[noreturn]] void fail(Fault fault, Site site, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

}  // namespace gpu_emulator
