#pragma once

#include <cstdint>

namespace electra {

/// Which network something belongs to, or draws. The numbers are part of what a seed means: append,
/// never renumber.
enum class Network : std::uint32_t { none = 0, generator = 1, discriminator = 2 };

}  // namespace electra
