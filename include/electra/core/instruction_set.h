#pragma once

#include <string_view>

namespace electra {

/// The vector instructions that the library's own CPU kernels were compiled for: "AVX-512 (bf16,
/// VNNI)", "AVX2", "128 bits".
[[nodiscard]] std::string_view instruction_set();

}  // namespace electra
