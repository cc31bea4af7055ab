#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace electra {

/// Vector instructions of a processor; each set holds those before it. Kernels of `baseline` use
/// what every processor of an architecture has: 128 bits on x86-64 and on aarch64. avx2 has fused
/// sums, too; avx512_vnni products of 8 bits, avx512_bf16 those of bf16. In amx the library's own
/// kernels are those of avx512_bf16, and matrix products are oneDNN's in bf16 tiles.
enum class InstructionSet : std::uint8_t { baseline, avx2, avx512, avx512_vnni, avx512_bf16, amx };
[[nodiscard]] std::span<const std::string_view> enum_names(InstructionSet);
[[nodiscard]] std::string_view to_string(InstructionSet set);

/// The set that this process computes in on a CPU, in all contexts: the best one that both the
/// processor and the library have. The environment's ELECTRA_ISA lowers it to the one it names.
/// Throws ConfigError if ELECTRA_ISA names none, or one that is not to be had; DeviceError if the
/// library was compiled for a better processor than this one.
[[nodiscard]] InstructionSet instruction_set();

}  // namespace electra
