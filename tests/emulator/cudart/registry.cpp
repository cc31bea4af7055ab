// The registration calls that nvcc's host code makes before main().
#include "cudart/registry.h"

#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <string>

namespace gpu_emulator::cudart {
namespace {

struct FatBinaryWrapper {  // what __cudaRegisterFatBinary is given
  int magic, version;
  const unsigned char* data;
  void* unused;
};
struct FatBinaryHeader {
  uint32_t magic;
  uint16_t version, header_bytes;
  uint64_t content_bytes;
};

/// Names are looked up at first use: the translated module may be constructed after the host object
/// registers, because static initialisation has no order between files.
struct KernelEntry {
  uint64_t module_id = 0;
  std::string name;
  RegisteredKernel kernel;
};
struct VariableEntry {
  uint64_t module_id = 0;
  std::string name;
  const Variable* variable = nullptr;
};
struct Registry {
  std::map<const void*, KernelEntry> kernels;
  std::map<const void*, VariableEntry> variables;
};

Registry& registry() {
  static auto* r = new Registry;
  return *r;
}

void look_up(KernelEntry& e) {
  const Module* m = find_module(e.module_id);
  for (int i = 0; m && i < m->kernel_count; i++)
    if (e.name == m->kernels[i].name) e.kernel.kernel = &m->kernels[i];
}

void look_up(VariableEntry& e) {
  const Module* m = find_module(e.module_id);
  for (int i = 0; m && i < m->variable_count; i++)
    if (e.name == m->variables[i].name) e.variable = &m->variables[i];
}

}  // namespace

RegisteredKernel* find_kernel(const void* host_function) {
  const auto i = registry().kernels.find(host_function);
  if (i == registry().kernels.end()) return nullptr;
  if (!i->second.kernel.kernel) look_up(i->second);
  if (i->second.kernel.kernel) return &i->second.kernel;
  std::fprintf(stderr, "gpu_emulator: kernel %s was not translated\n", i->second.name.c_str());
  return nullptr;
}

const Variable* find_variable(const void* host_symbol) {
  const auto i = registry().variables.find(host_symbol);
  if (i == registry().variables.end()) return nullptr;
  if (!i->second.variable) look_up(i->second);
  return i->second.variable;
}

const Variable* find_variable_at(const void* address) {
  for (auto& [host, entry] : registry().variables) {
    const Variable* v = find_variable(host);
    if (v && uintptr_t(address) - uintptr_t(v->address) < v->bytes) return v;
  }
  return nullptr;
}

}  // namespace gpu_emulator::cudart

using namespace gpu_emulator;
using namespace gpu_emulator::cudart;

extern "C" {

void** __cudaRegisterFatBinary(void* wrapper) {
  const auto* data = static_cast<const FatBinaryWrapper*>(wrapper)->data;
  FatBinaryHeader header;
  std::memcpy(&header, data, sizeof header);
  const uint64_t id = hash_bytes(data, header.header_bytes + header.content_bytes);
  return reinterpret_cast<void**>(new uint64_t(id));
}
void __cudaRegisterFatBinaryEnd(void**) {}
void __cudaUnregisterFatBinary(void** handle) { delete reinterpret_cast<uint64_t*>(handle); }
char __cudaInitModule(void**) { return 1; }

void __cudaRegisterFunction(void** handle, const char* host, char*, const char* name, int, uint3*,
                            uint3*, dim3*, dim3*, int*) {
  registry().kernels[host] = {*reinterpret_cast<uint64_t*>(handle), name, {}};
}
void __cudaRegisterVar(void** handle, char* host, char*, const char* name, int, size_t, int, int) {
  registry().variables[host] = {*reinterpret_cast<uint64_t*>(handle), name, nullptr};
}
}
