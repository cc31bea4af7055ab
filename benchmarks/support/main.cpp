/// The entry of every kernel benchmark: Google Benchmark's, with the machine in the report.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <string>

#include "electra/core/error.h"
#include "support/gpu_timer.h"
#include "support/rates.h"

namespace electra::bench {
namespace {

/// A program is called SUITE_bench, or SUITE_OPPONENT_bench.
void describe_program(const std::string& program) {
  const std::string name = std::filesystem::path(program).stem();
  std::smatch parts;
  std::regex_match(name, parts, std::regex("(.+?)(_cudnn|_cublas)?_bench"));
  const std::string opponent = parts[2];
  benchmark::AddCustomContext("suite", parts[1]);
  benchmark::AddCustomContext("system", opponent.empty() ? "libelectra" : opponent.substr(1));
}

void describe_machine() {
  const auto say = [](const std::string& key, const std::string& value) {
    benchmark::AddCustomContext(key, value);
  };
  const char* commit = std::getenv("ELECTRA_COMMIT");
  say("commit", commit == nullptr ? "unknown" : commit);
  say("device", to_string(device()));
  say("tokens", std::to_string(tokens()));
  if constexpr (built_with_cuda) {
    if (!on_gpu()) return;
    for (const auto& [key, value] : gpu_description(context())) say(key, value);
    const MachineRates& rates = machine();
    say("samples", std::to_string(samples()));
    say("copy_bytes_per_second", std::to_string(rates.bytes));
    say("f32_flops", std::to_string(rates.flops));
    say("bf16_flops", std::to_string(rates.bf16_flops));
    say("smallest_kernel_us", std::to_string(1e6 * rates.smallest_kernel_seconds));
  }
}

}  // namespace
}  // namespace electra::bench

int main(int argc, char** argv) {
  electra::bench::describe_program(argv[0]);
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  try {
    electra::bench::describe_machine();
    benchmark::RunSpecifiedBenchmarks();
  } catch (const electra::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  benchmark::Shutdown();
}
