// The shared-memory window of the running block. Addresses are offsets into it, as on a GPU.
#pragma once
#include "runtime/kernel.h"

namespace gpu_emulator {
void open_shared_memory(const Kernel& kernel);  // NaN-filled; gaps poisoned under ASan
void close_shared_memory();
}  // namespace gpu_emulator
