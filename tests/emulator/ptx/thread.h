// What a thread can ask about itself, and printf, assert and trap.
#pragma once
#include <bit>
#include <cstdint>

#include "runtime/device_io.h"
#include "runtime/running.h"
#include "runtime/synchronise.h"

namespace gpu_emulator::ptx {

using Function = void (*)(unsigned char* result, unsigned char* const* arguments);

inline unsigned lane() { return running.linear_thread % 32; }
inline unsigned warp() { return running.linear_thread / 32; }
inline unsigned warps() { return (threads_in_block() + 31) / 32; }
inline unsigned first(uint32_t mask) { return unsigned(std::countr_zero(mask)); }

[[noreturn]] inline void trap(Site site) {
  fail(Fault::illegal_instruction, site, "trap instruction");
}
inline void sleep(Site site) { spin_hint(site); }

}  // namespace gpu_emulator::ptx
