#include "electra/core/instruction_set.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include "electra/core/error.h"

namespace electra {

std::span<const std::string_view> enum_names(InstructionSet) {
  static constexpr std::array<std::string_view, 6> names{"baseline",    "avx2",        "avx512",
                                                         "avx512_vnni", "avx512_bf16", "amx"};
  return names;
}

std::string_view to_string(InstructionSet set) {
  return enum_names(set)[static_cast<std::size_t>(set)];
}

namespace {

/// What kernels were compiled for, in order.
#ifdef ELECTRA_INSTRUCTION_SETS
constexpr std::array compiled{ELECTRA_INSTRUCTION_SETS};
#elif defined(__AVX512BF16__) && defined(__AVX512VNNI__)
constexpr std::array compiled{InstructionSet::avx512_bf16};
#elif defined(__AVX512VNNI__)
constexpr std::array compiled{InstructionSet::avx512_vnni};
#elif defined(__AVX512BW__) && defined(__AVX512VL__)
constexpr std::array compiled{InstructionSet::avx512};
#elif defined(__AVX2__) && defined(__FMA__)
constexpr std::array compiled{InstructionSet::avx2};
#else
constexpr std::array compiled{InstructionSet::baseline};
#endif

InstructionSet best_of_processor() {
#ifdef __x86_64__
  using enum InstructionSet;
  if (!__builtin_cpu_supports("x86-64-v3")) return baseline;
  if (!__builtin_cpu_supports("x86-64-v4")) return avx2;
  if (!__builtin_cpu_supports("avx512vnni")) return avx512;
  if (!__builtin_cpu_supports("avx512bf16")) return avx512_vnni;
  return __builtin_cpu_supports("amx-bf16") ? amx : avx512_bf16;
#else
  return InstructionSet::baseline;
#endif
}

/// Those that library and processor have, in order. Tiles need no code of the library's own.
std::vector<InstructionSet> had() {
  const InstructionSet processor = best_of_processor();
  std::vector<InstructionSet> sets;
  std::ranges::copy_if(compiled, std::back_inserter(sets),
                       [&](InstructionSet set) { return set <= processor; });
  if (sets.empty())
    throw DeviceError("cpu: this library was compiled for " + std::string(to_string(compiled[0])) +
                      ", and this processor has " + std::string(to_string(processor)) +
                      ": configure with -DELECTRA_NATIVE=OFF for processors of all kinds");
  if (processor == InstructionSet::amx && sets.back() == InstructionSet::avx512_bf16)
    sets.push_back(processor);
  return sets;
}

InstructionSet chosen() {
  const std::vector<InstructionSet> sets = had();
  const char* wish = std::getenv("ELECTRA_ISA");
  if (wish == nullptr || *wish == '\0') return sets.back();
  std::string names;
  for (const InstructionSet set : sets) {
    if (to_string(set) == wish) return set;
    names += (names.empty() ? "" : ", ") + std::string(to_string(set));
  }
  throw ConfigError("ELECTRA_ISA: expected " + names + ": what this library was compiled for " +
                    "and this processor has, found \"" + wish + "\"");
}

}  // namespace

InstructionSet instruction_set() {
  static const InstructionSet set = chosen();
  return set;
}

}  // namespace electra
