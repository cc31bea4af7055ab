// Device printf, assert and clocks.
#pragma once
#include <cstdint>

#include "runtime/fault.h"

namespace gpu_emulator::ptx {

/// The arguments are the .param blocks of the call: a format pointer and a buffer pointer.
void print(const unsigned char* format, const unsigned char* buffer, unsigned char* result);
[[noreturn]] void assertion_failed(const unsigned char* message, const unsigned char* file,
                                   const unsigned char* line, Site site);
uint64_t clock();
uint64_t nanoseconds();

}  // namespace gpu_emulator::ptx
