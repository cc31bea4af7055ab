#include "core/first_values.h"

#include <algorithm>
#include <cmath>

#include "electra/core/random.h"

namespace electra {

namespace {

constexpr std::uint32_t fnv_prime = 16777619U;
constexpr Index piece = Index{1} << 14;  // numbers that one thread draws at a time

std::uint32_t hash(std::string_view text) {
  std::uint32_t value = 2166136261U;
  for (const char c : text) value = (value ^ static_cast<unsigned char>(c)) * fnv_prime;
  return value;
}

/// The numbers of a parameter's stream: each is a function of its place there, so that threads may
/// begin anywhere.
class ParameterStream {
 public:
  ParameterStream(const Parameter& parameter, std::uint64_t seed)
      : seed_(seed), name_(hash(parameter.name)) {}

  /// From the block of Philox that holds the first one's words.
  [[nodiscard]] RandomStream from(Index block) const {
    return {seed_, site(Network::none, 0, Place::initialise), name_, 0,
            static_cast<std::uint32_t>(block)};
  }

 private:
  std::uint64_t seed_;
  std::uint32_t name_;
};

/// A normal number takes a whole block, those beyond two deviations included: what some blocks
/// leave of them.
std::vector<float> truncated_normals(const ParameterStream& stream, Index block, Index end,
                                     float range) {
  std::vector<float> kept;
  kept.reserve(static_cast<std::size_t>(end - block));
  RandomStream random = stream.from(block);
  for (; block < end; ++block) {
    const double value = random.normal();
    if (std::abs(value) <= 2.0) kept.push_back(static_cast<float>(range * value));
  }
  return kept;
}

void fill_truncated_normal(std::span<float> values, const ParameterStream& stream, float range,
                           CpuContext& team) {
  constexpr double share_kept = 0.9545;
  Index block = 0;
  while (!values.empty()) {
    const Index end =
        block + 8 + static_cast<Index>(static_cast<double>(values.size()) / share_kept);
    std::vector<std::vector<float>> kept(static_cast<std::size_t>((end - block - 1) / piece + 1));
    team.parallel_for(static_cast<Index>(kept.size()), 1, [&](Index first, Index last) {
      for (Index i = first; i < last; ++i)
        kept[static_cast<std::size_t>(i)] = truncated_normals(
            stream, block + i * piece, std::min(end, block + (i + 1) * piece), range);
    });
    block = end;
    for (const std::vector<float>& some : kept) {
      const std::size_t count = std::min(some.size(), values.size());
      std::copy_n(some.begin(), count, values.begin());
      values = values.subspan(count);
    }
  }
}

/// Two numbers a block.
void fill_uniform(std::span<float> values, const ParameterStream& stream, double limit,
                  CpuContext& team) {
  const auto count = static_cast<Index>(values.size());
  team.parallel_for((count + piece - 1) / piece, 1, [&](Index begin, Index end) {
    RandomStream random = stream.from(begin * piece / 2);
    const Index last = std::min(count, end * piece);
    for (Index i = begin * piece; i < last; ++i)
      values[static_cast<std::size_t>(i)] =
          static_cast<float>(limit * (2.0 * random.uniform() - 1.0));
  });
}

}  // namespace

std::vector<float> first_values(const Parameter& parameter, std::uint64_t seed, float range,
                                CpuContext& team) {
  std::vector<float> values(static_cast<std::size_t>(parameter.padded.size()), 0.0F);
  const std::span used(values.data(), static_cast<std::size_t>(parameter.shape.size()));
  const ParameterStream stream(parameter, seed);
  const auto extents = static_cast<double>(parameter.shape.rows() + parameter.shape.width());
  switch (parameter.init) {
    case Init::zeros:
      break;
    case Init::ones:
      std::ranges::fill(used, 1.0F);
      break;
    case Init::truncated_normal:
      fill_truncated_normal(used, stream, range, team);
      break;
    case Init::glorot_uniform:
      fill_uniform(used, stream, std::sqrt(6.0 / extents), team);
      break;
  }
  return values;
}

}  // namespace electra
