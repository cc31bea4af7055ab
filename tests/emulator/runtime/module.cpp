#include "runtime/kernel.h"

namespace gpu_emulator {

static Module* first_module = nullptr;  // constant-initialised: constructors run in any order

Module::Module(uint64_t id, const Kernel* kernels, int kernel_count, const Variable* variables,
               int variable_count)
    : id(id),
      kernels(kernels),
      kernel_count(kernel_count),
      variables(variables),
      variable_count(variable_count),
      next(first_module) {
  first_module = this;
}

Module* find_module(uint64_t id) {
  for (Module* m = first_module; m; m = m->next)
    if (m->id == id) return m;
  return nullptr;
}

uint64_t hash_bytes(const void* data, size_t bytes) {  // FNV-1a; the translator has the same
  uint64_t hash = 0xcbf29ce484222325ull;
  for (size_t i = 0; i < bytes; i++)
    hash = (hash ^ static_cast<const unsigned char*>(data)[i]) * 0x100000001b3ull;
  return hash;
}

}  // namespace gpu_emulator
