#include "support/environment.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <thread>

namespace electra::bench {

namespace {

/// The number that a variable of the environment holds, or `otherwise`.
Index number(const char* name, Index otherwise) {
  const char* text = std::getenv(name);
  const Index asked = text == nullptr ? 0 : std::atoll(text);
  return asked > 0 ? asked : otherwise;
}

}  // namespace

Device device() {
  static const Device chosen = [] {
    const char* text = std::getenv("ELECTRA_BENCHMARK_DEVICE");
    return choose_device(text == nullptr ? "cpu" : text).device;
  }();
  return chosen;
}

Index tokens() { return number("ELECTRA_BENCHMARK_TOKENS", on_gpu() ? 32768 : 2048); }

int threads() {
  const Index all = std::max(1U, std::thread::hardware_concurrency());
  return static_cast<int>(number("ELECTRA_BENCHMARK_THREADS", all));
}

int samples() { return static_cast<int>(number("ELECTRA_BENCHMARK_SAMPLES", 30)); }

Index most_bytes() { return number("ELECTRA_BENCHMARK_BYTES", Index{1} << 30); }

Context& context() {
  static const std::unique_ptr<Context> only = Context::create(device(), {.threads = threads()});
  return *only;
}

}  // namespace electra::bench
