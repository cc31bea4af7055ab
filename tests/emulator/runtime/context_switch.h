// Switching between stacks: ~7 ns, where swapcontext() needs a system call.
#pragma once
#include <cstddef>

extern "C" void gpu_emulator_switch(void** save_stack_pointer, void* new_stack_pointer);

namespace gpu_emulator {
/// A stack pointer that, when switched to, starts `entry` at the top of the given stack.
void* prepare_stack(void* bottom, size_t bytes, void (*entry)());
}  // namespace gpu_emulator
