#include "electra/kernels/packed_linear.h"

#include <algorithm>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/packed_tiles.h"
#include "kernels/math/gelu.h"

/// A product goes panel by panel over some rows of x at a time: the sums of these rows and this
/// panel's outputs, a strip, stay in the nearest cache until they are finished.
namespace electra {

namespace {

using cpu::groups_of;
using cpu::GroupScale;
using cpu::panel;
using cpu::Tile;
using cpu::TileScales;
using cpu::words_of;

constexpr Index strip_rows = 192;
/// Words of a panel that are multiplied at once: they stay in the nearest cache for all rows.
constexpr Index depth_block = 256;

struct NoActivation {
  static cpu::Lanes<float> value(cpu::Lanes<float> x) { return x; }
};
struct ErfActivation {
  static cpu::Lanes<float> value(cpu::Lanes<float> x) { return math::gelu_erf(x); }
};
struct TanhActivation {
  static cpu::Lanes<float> value(cpu::Lanes<float> x) { return math::gelu_tanh(x); }
};

/// Some rows of y at a time, with scratch of one thread.
template <class Format, class Activation>
class Strips {
 public:
  Strips(const PackedLinear& kernel, std::byte* scratch)
      : kernel_(kernel),
        depth_(words_of(kernel.weight.in, Format::per_word)),
        groups_(groups_of(kernel.weight.in)),
        sums_(reinterpret_cast<float*>(scratch)),
        words_(reinterpret_cast<std::int32_t*>(sums_ + strip_rows * panel)),
        scales_(reinterpret_cast<GroupScale*>(words_ + (is_copied ? strip_rows * depth_ : 0))) {}

  [[nodiscard]] static Index scratch_bytes(const PackedLinear& kernel) {
    const Index words = is_copied ? words_of(kernel.weight.in, Format::per_word) : 0;
    const Index scales = in_groups ? groups_of(kernel.weight.in) : 0;
    const Index row = 4 * (panel + words) + static_cast<Index>(sizeof(GroupScale)) * scales;
    return cpu::round_up(strip_rows * row, 64);
  }

  /// Rows [first, last) of y, the outputs of panels [from, to).
  void run(Index first, Index last, Index from, Index to) {
    const Index strips = (last - first + strip_rows - 1) / strip_rows;
    for (Index strip = 0; strip < strips; ++strip) {
      const Index row = first + (last - first) * strip / strips;
      const Index count = first + (last - first) * (strip + 1) / strips - row;
      const std::int32_t* x = rows_of_x(row, count);
      for (Index number = from; number < to; ++number) {
        multiply(x, count, number);
        finish(row, count, number);
      }
    }
  }

 private:
  static constexpr bool is_copied = Format::per_word > 1;
  static constexpr bool in_groups = Format::format == WeightFormat::int8;

  const std::int32_t* rows_of_x(Index first, Index count) {
    const Index width = kernel_.weight.in;
    const float* x = kernel_.x.data<float>() + first * width;
    if constexpr (!is_copied) return reinterpret_cast<const std::int32_t*>(x);
    for (Index i = 0; i < count; ++i, x += width) {
      std::int32_t* words = words_ + i * depth_;
      if constexpr (!in_groups) cpu::to_words(Format{}, x, width, words);
      if constexpr (in_groups)
        for (Index g = 0; g < groups_; ++g)
          scales_[i * groups_ + g] =
              cpu::to_words(Format{}, x + g * cpu::group_numbers,
                            std::min(cpu::group_numbers, width - g * cpu::group_numbers),
                            words + g * cpu::group_words);
    }
    return words_;
  }

  [[nodiscard]] TileScales scales_of(Index row, Index number, Index group) const {
    if constexpr (!in_groups) return {};
    const Index at = (number * groups_ + group) * panel;
    return {.of_x = scales_ + row * groups_ + group,
            .x_row = groups_,
            .of_weight = kernel_.weight.scales.data<float>() + at,
            .weight_sums = kernel_.weight.sums.data<float>() + at};
  }

  /// Tiles are as even as can be: thirteen rows are seven and six, not twelve and one.
  void multiply(const std::int32_t* x, Index count, Index number) {
    constexpr Index block = in_groups ? cpu::group_words : depth_block;
    const std::int32_t* weight =
        kernel_.weight.words.data<std::int32_t>() + number * panel * depth_;
    const Index tiles = (count + cpu::tile_rows - 1) / cpu::tile_rows;
    std::fill_n(sums_, count * panel, 0.0F);
    // Each of the tiles asks for its share of a block that is some blocks further on.
    constexpr Index blocks_ahead = depth_block / block;
    const Index ahead_step = panel / tiles;
    for (Index k = 0; k < depth_; k += block)
      for (Index tile = 0; tile < tiles; ++tile) {
        const Index begin = count * tile / tiles, end = count * (tile + 1) / tiles;
        cpu::multiply_rows<Format>(
            end - begin,
            {.x = x + begin * depth_ + k,
             .x_row = depth_,
             .weight = weight + k * panel,
             .sums = sums_ + begin * panel,
             .ahead = weight + (k + blocks_ahead * block) * panel + tile * block * ahead_step,
             .ahead_step = ahead_step},
            std::min(block, depth_ - k), scales_of(begin, number, k / block));
      }
  }

  void finish(Index first, Index count, Index number) {
    const Index out = kernel_.weight.out, column = number * panel;
    const float* bias = kernel_.bias ? kernel_.bias.data<float>() + column : nullptr;
    float* y = kernel_.y.data<float>() + first * out + column;
    for (Index row = 0; row < count; ++row, y += out)
      cpu::for_lanes<float>(std::min(panel, out - column), [&](Index c, auto n) {
        cpu::Lanes<float> sum = cpu::load(sums_ + row * panel + c);
        if (bias != nullptr) sum += cpu::load(bias + c, n);
        cpu::store(y + c, Activation::value(sum), n);
      });
  }

  const PackedLinear& kernel_;
  Index depth_, groups_;
  float* sums_;
  std::int32_t* words_;
  GroupScale* scales_;
};

/// Threads share the rows, or where these are few the outputs.
template <class Format, class Activation>
void run(CpuContext& context, const PackedLinear& kernel) {
  using S = Strips<Format, Activation>;
  const Index rows = kernel.x.rows(), panels = (kernel.weight.out + panel - 1) / panel;
  const bool by_rows = rows >= context.threads() * 2 * cpu::tile_rows;
  const Index pieces = std::min<Index>(context.threads(), by_rows ? rows : panels);
  if (rows == 0 || pieces == 0) return;
  const Index bytes = S::scratch_bytes(kernel);
  std::byte* scratch = context.workspace(pieces * bytes).data();
  const auto work = [&](int piece) {
    const auto cut = [&](Index all, Index i) { return all * i / pieces; };
    S strips(kernel, scratch + piece * bytes);
    if (by_rows)
      strips.run(cut(rows, piece), cut(rows, piece + 1), 0, panels);
    else
      strips.run(0, rows, cut(panels, piece), cut(panels, piece + 1));
  };
  context.run_pieces(static_cast<int>(pieces), work);
}

}  // namespace

void run_on(CpuContext& context, const PackedLinear& kernel) {
  cpu::visit_words(kernel.weight.format, [&]<class Format>(Format) {
    if (!kernel.activation) return run<Format, NoActivation>(context, kernel);
    if (*kernel.activation == Gelu::erf) return run<Format, ErfActivation>(context, kernel);
    run<Format, TanhActivation>(context, kernel);
  });
}

}  // namespace electra
