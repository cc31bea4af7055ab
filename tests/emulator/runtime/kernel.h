// What the translator says about one .cu file, and how a kernel is run.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>

#include "runtime/fault.h"
#include "runtime/running.h"

namespace gpu_emulator {

struct SharedVariable {
  uint32_t offset, bytes;
};
struct Parameter {
  uint32_t offset, bytes;
};
struct Kernel {
  const char* name;
  void (*run)(const unsigned char* parameters);
  const Parameter* parameters;
  int parameter_count;
  uint32_t parameter_bytes;
  const SharedVariable* shared;
  int shared_count;
  uint32_t static_shared_bytes;
  uint32_t max_threads;  // from __launch_bounds__, else 1024
  uint32_t local_bytes;  // arrays that stay in local memory, as far as PTX shows them
};
struct Variable {  // __device__ or __constant__
  const char* name;
  void* address;
  size_t bytes;
};

/// Every translated file has one static object of this type. `id` is a hash of the fat binary that
/// nvcc put into the host object: it ties the two together, so equal names in different files work.
struct Module {
  Module(uint64_t id, const Kernel* kernels, int kernel_count, const Variable* variables,
         int variable_count);
  uint64_t id;
  const Kernel* kernels;
  int kernel_count;
  const Variable* variables;
  int variable_count;
  Module* next;
};
Module* find_module(uint64_t id);
uint64_t hash_bytes(const void* data, size_t bytes);

struct LaunchResult {
  Fault fault = Fault::none;
  std::string message;
};
/// Runs the whole grid, one block after the other. The caller holds the engine lock.
LaunchResult run_grid(const Kernel& kernel, const unsigned char* parameters, Index3 grid,
                      Index3 block, unsigned dynamic_shared_bytes);

struct Statistics {
  uint64_t launches, blocks, switches, barriers, warp_operations, matrix_products;
  uint64_t ldmatrix_phases, ldmatrix_conflicts;
  int64_t streams, events;  // alive
  size_t pinned_bytes;      // alive
};
extern Statistics statistics;

/// Shared-memory window: 48 KiB of static variables at most, then dynamic memory.
constexpr uint32_t dynamic_shared_offset = 50 * 1024;
constexpr uint32_t shared_limit = 227 * 1024;  // per block, with opt-in, on the largest device
constexpr uint32_t shared_window = dynamic_shared_offset + shared_limit + 4096;

}  // namespace gpu_emulator
