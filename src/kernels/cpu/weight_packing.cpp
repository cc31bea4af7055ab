#include "kernels/weight_packing.h"

#include <algorithm>
#include <bit>
#include <numeric>
#include <vector>

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

Index count_words(WeightFormat format, Index out, Index in) {
  const Index per_word = cpu::visit_words(format, [](auto words) { return words.per_word; });
  return cpu::round_up(out, panel) * words_of(in, per_word);
}

Index count_scales(WeightFormat format, Index out, Index in) {
  return format == WeightFormat::int8 ? cpu::round_up(out, panel) * groups_of(in) : 0;
}

void pack_rows(ConstTensorView rows, const PackedWeight& to, Index first) {
  const Index last = first + rows.rows();
  const Index scales = cpu::round_up(rows.rows(), panel) * groups_of(to.in);
  for (const TensorView& view : {to.scales, to.sums})
    if (view) std::fill_n(view.data<float>() + first * groups_of(to.in), scales, 0.0F);
  cpu::visit_words(to.format, [&]<class Format>(Format format) {
    const Index depth = words_of(to.in, Format::per_word);
    std::vector<std::int32_t> words(static_cast<std::size_t>(panel * depth));  // of one panel
    auto* word = to.words.data<std::int32_t>() + first * depth;
    for (Index begin = first; begin < last; begin += panel) {
      const Index count = std::min(panel, last - begin);
      for (Index i = 0; i < count; ++i)
        pack_row(format, rows.data<float>() + (begin - first + i) * to.in, to, begin + i,
                 words.data() + i * depth);
      std::fill(words.begin() + count * depth, words.end(), 0);
      for (Index k = 0; k < depth; ++k)
        for (Index i = 0; i < panel; ++i) *word++ = words[static_cast<std::size_t>(i * depth + k)];
    }
  });
}

bool has_unit(WeightFormat format) {
  return cpu::visit_words(format, [](auto words) { return words.has_unit; });
}

}  // namespace

const WeightPacking& weight_packing() {
  static constexpr WeightPacking all{panel, count_words, count_scales, pack_rows, has_unit};
  return all;
}

}  // namespace electra
