// Settings, read once from the environment (GPU_EMULATOR_...); docs/emulator.md lists them.
#pragma once
#include <cstddef>
#include <cstdint>

namespace gpu_emulator {

enum class Order {
  forward,  // threads and blocks in index order
  reverse,  // the opposite
  random,   // any ready thread next
  warp,     // one warp runs until it blocks: finds hazards that an even shuffle hides
  mixed     // each launch picks random or warp
};

struct Options {
  Order order = Order::mixed;
  uint64_t seed = 1;
  bool cross_block = false;         // ThreadSanitizer: look for races between blocks too (slower)
  bool strict_barriers = true;      // all threads must reach a barrier at one source line
  bool deferred_streams = false;    // stream work waits for a sync point, then runs in random order
  bool verbose = false;             // say why a library call is refused
  bool statistics = false;          // print counters at exit
  uint64_t noise = 1;               // seed of what approximate instructions are off by; 0: nothing
  bool scarce_algorithms = false;   // cuBLASLt's heuristic returns fewer, others or none
  bool nccl_in_progress = true;     // non-blocking NCCL calls are sometimes in progress
  bool nccl_remote_errors = false;  // ranks learn that another one has aborted
  int driver_version = 0;           // 0: the toolkit's
  int compute_capability = 80;      // what the device claims: 80, 86, 90, ...
  int devices = 1;
  int timeout_seconds = 60;  // how long a stream may wait for another rank or host thread
  size_t device_memory = size_t{4} << 30;
  size_t pinned_memory = SIZE_MAX;  // as where a process may lock little
};

const Options& options();

uint64_t next_random();  // one sequence for the whole process, seeded by Options::seed

}  // namespace gpu_emulator
