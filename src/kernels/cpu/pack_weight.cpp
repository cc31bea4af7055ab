#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

#include "electra/kernels/packed_linear.h"
#include "kernels/cpu/packed_tiles.h"

namespace electra {

namespace {

using cpu::group_numbers;
using cpu::groups_of;
using cpu::panel;
using cpu::words_of;

/// Rounds a group of at most so many numbers to -127 … 127; returns their scale.
float pack_group(const float* row, Index width, std::int32_t* words) {
  std::int32_t greatest = 0;  // numbers without a sign are in the order of their bits
  for (Index i = 0; i < width; ++i)
    greatest = std::max(greatest, std::bit_cast<std::int32_t>(row[i]) & 0x7fffffff);
  const float scale = greatest > 0 ? std::bit_cast<float>(greatest) / 127 : 1;
  auto* bytes = reinterpret_cast<std::int8_t*>(words);
  constexpr float magic = 0x1.8p23F;  // rounds to the nearest whole number, ties to even
  for (Index i = 0; i < width; ++i)
    bytes[i] =
        static_cast<std::int8_t>(static_cast<std::int32_t>((row[i] / scale + magic) - magic));
  return scale;
}

/// Row `out` of a weight in 8 bits.
void pack_row(cpu::Int8Words, const float* row, const PackedWeight& to, Index out,
              std::int32_t* words) {
  const Index groups = groups_of(to.in);
  for (Index g = 0; g < groups; ++g) {
    const Index first = g * group_numbers;
    const Index width = std::min(group_numbers, to.in - first);
    const Index at = (out / panel * groups + g) * panel + out % panel;
    to.scales.data<float>()[at] = pack_group(row + first, width, words + g * cpu::group_words);
    const auto* bytes = reinterpret_cast<const std::int8_t*>(words) + first;
    to.sums.data<float>()[at] = static_cast<float>(std::accumulate(bytes, bytes + width, 0));
  }
}

template <class Format>
void pack_row(Format format, const float* row, const PackedWeight& to, Index, std::int32_t* words) {
  cpu::to_words(format, row, to.in, words);
}

}  // namespace

Index packed_words(WeightFormat format, Index out, Index in) {
  const Index per_word = cpu::visit_words(format, [](auto words) { return words.per_word; });
  return cpu::round_up(out, panel) * words_of(in, per_word);
}

Index packed_scales(WeightFormat format, Index out, Index in) {
  return format == WeightFormat::int8 ? cpu::round_up(out, panel) * groups_of(in) : 0;
}

void pack_weight(ConstTensorView weight, const PackedWeight& to) {
  cpu::visit_words(to.format, [&]<class Format>(Format format) {
    const Index depth = words_of(to.in, Format::per_word);
    if (to.scales) std::fill_n(to.scales.data<float>(), to.scales.size(), 0.0F);
    if (to.sums) std::fill_n(to.sums.data<float>(), to.sums.size(), 0.0F);
    std::vector<std::int32_t> rows(static_cast<std::size_t>(panel * depth));  // of one panel
    auto* word = to.words.data<std::int32_t>();
    for (Index first = 0; first < to.out; first += panel) {
      const Index count = std::min(panel, to.out - first);
      for (Index i = 0; i < count; ++i)
        pack_row(format, weight.data<float>() + (first + i) * to.in, to, first + i,
                 rows.data() + i * depth);
      std::fill(rows.begin() + count * depth, rows.end(), 0);
      for (Index k = 0; k < depth; ++k)
        for (Index i = 0; i < panel; ++i) *word++ = rows[static_cast<std::size_t>(i * depth + k)];
    }
  });
}

bool has_unit_for(WeightFormat format) {
  return cpu::visit_words(format, [](auto words) { return words.has_unit; });
}

}  // namespace electra
