#include "runtime/options.h"

#include <cstdio>
#include <cstdlib>
#include <string>

namespace gpu_emulator {
namespace {

long number(const char* name, long fallback) {
  const char* text = std::getenv(name);
  return text && *text ? std::strtol(text, nullptr, 0) : fallback;
}

Order parse_order() {
  const char* text = std::getenv("GPU_EMULATOR_ORDER");
  const std::string order = text ? text : "mixed";
  if (order == "forward") return Order::forward;
  if (order == "reverse") return Order::reverse;
  if (order == "random") return Order::random;
  if (order == "warp") return Order::warp;
  if (order != "mixed") {
    std::fprintf(stderr, "gpu_emulator: unknown GPU_EMULATOR_ORDER '%s'\n", order.c_str());
    std::exit(2);
  }
  return Order::mixed;
}

Options from_environment() {
  Options o;
  o.order = parse_order();
  o.seed = uint64_t(number("GPU_EMULATOR_SEED", 1));
  o.cross_block = number("GPU_EMULATOR_CROSS_BLOCK", 0) != 0;
  o.strict_barriers = number("GPU_EMULATOR_STRICT_BARRIERS", 1) != 0;
  o.deferred_streams = number("GPU_EMULATOR_DEFERRED_STREAMS", 0) != 0;
  o.statistics = number("GPU_EMULATOR_STATISTICS", 0) != 0;
  o.verbose = number("GPU_EMULATOR_VERBOSE", 0) != 0;
  o.noise = uint64_t(number("GPU_EMULATOR_NOISE", 1));
  o.scarce_algorithms = number("GPU_EMULATOR_SCARCE_ALGORITHMS", 0) != 0;
  o.nccl_in_progress = number("GPU_EMULATOR_NCCL_IN_PROGRESS", 1) != 0;
  o.nccl_remote_errors = number("GPU_EMULATOR_NCCL_REMOTE_ERRORS", 0) != 0;
  o.driver_version = int(number("GPU_EMULATOR_DRIVER_VERSION", 0));
  o.compute_capability = int(number("GPU_EMULATOR_COMPUTE_CAPABILITY", 80));
  o.devices = int(number("GPU_EMULATOR_DEVICES", 1));
  o.timeout_seconds = int(number("GPU_EMULATOR_TIMEOUT", 60));
  o.device_memory = size_t(number("GPU_EMULATOR_MEMORY_MB", 4096)) << 20;
  if (const auto megabytes = number("GPU_EMULATOR_PINNED_MB", -1); megabytes >= 0)
    o.pinned_memory = size_t(megabytes) << 20;
  return o;
}

}  // namespace

const Options& options() {
  static const Options o = from_environment();
  return o;
}

uint64_t next_random() {
  static uint64_t state = options().seed * 0x9e3779b97f4a7c15ull | 1;
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

}  // namespace gpu_emulator
