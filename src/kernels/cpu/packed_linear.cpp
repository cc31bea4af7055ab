#include "electra/kernels/packed_linear.h"

#include <vector>

#include "core/cpu/cpu_context.h"
#include "kernels/cpu/lanes.h"
#include "kernels/cpu/packed_words.h"
#include "kernels/math/gelu.h"

/// A panel is what two vectors hold: that many outputs, the words of one place of x behind those of
/// the place before. A product goes panel by panel over some rows of x at a time: the sums of these
/// rows and this panel's outputs, a strip, stay in the nearest cache until they are finished.
namespace electra {

namespace {

using cpu::RowScale;

constexpr Index panel = cpu::panel_width<float>;
constexpr Index strip_rows = 96;
/// Words of a panel that are multiplied at once: they stay in the nearest cache for all rows.
constexpr Index depth_block = 256;

[[nodiscard]] Index words_of(Index numbers, Index per_word) {
  return (numbers + per_word - 1) / per_word;
}

template <class Format, int rows>
void multiply_tile(const std::int32_t* x, Index x_row, Index depth, const std::int32_t* weight,
                   typename Format::Sum* sums) {
  using Sum = typename Format::Sum;
  typename cpu::VectorOf<Sum>::type low[rows];
  typename cpu::VectorOf<Sum>::type high[rows];
  constexpr Index half = panel / 2;
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    low[i] = cpu::load_vector(sums + i * panel);
    high[i] = cpu::load_vector(sums + i * panel + half);
  }
  for (Index k = 0; k < depth; ++k, weight += panel) {
    const cpu::Words w0 = cpu::load_vector(weight);
    const cpu::Words w1 = cpu::load_vector(weight + half);
#pragma GCC unroll 16
    for (int i = 0; i < rows; ++i) {
      const std::int32_t value = x[i * x_row + k];
      low[i] = Format::add_product(low[i], value, w0);
      high[i] = Format::add_product(high[i], value, w1);
    }
  }
#pragma GCC unroll 16
  for (int i = 0; i < rows; ++i) {
    cpu::store_vector(sums + i * panel, low[i]);
    cpu::store_vector(sums + i * panel + half, high[i]);
  }
}

/// The tile of `count` rows, at most `rows`.
template <class Format, int rows = cpu::tile_rows>
void multiply_rows(Index count, const std::int32_t* x, Index x_row, Index depth,
                   const std::int32_t* weight, typename Format::Sum* sums) {
  if (count >= rows) return multiply_tile<Format, rows>(x, x_row, depth, weight, sums);
  if constexpr (rows > 1)
    multiply_rows<Format, rows - 1>(count, x, x_row, depth, weight, sums);
}

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
  using Sum = typename Format::Sum;

  Strips(const PackedLinear& kernel, std::byte* scratch)
      : kernel_(kernel),
        depth_(words_of(kernel.weight.in, Format::per_word)),
        sums_(reinterpret_cast<Sum*>(scratch)),
        scales_(reinterpret_cast<RowScale*>(sums_ + strip_rows * panel)),
        words_(reinterpret_cast<std::int32_t*>(scales_ + strip_rows)) {}

  [[nodiscard]] static Index scratch_bytes(const PackedLinear& kernel) {
    const Index words = is_copied ? strip_rows * words_of(kernel.weight.in, Format::per_word) : 0;
    const Index bytes = strip_rows * (panel * 4 + static_cast<Index>(sizeof(RowScale))) + words * 4;
    return cpu::round_up(bytes, 64);
  }

  /// Rows [first, last) of y, the outputs of panels [from, to).
  void run(Index first, Index last, Index from, Index to) {
    for (Index row = first; row < last; row += strip_rows) {
      const Index count = std::min(strip_rows, last - row);
      const std::int32_t* x = rows_of_x(row, count);
      for (Index number = from; number < to; ++number) {
        multiply(x, count, number);
        finish(row, count, number);
      }
    }
  }

 private:
  static constexpr bool is_copied = Format::per_word > 1;

  const std::int32_t* rows_of_x(Index first, Index count) {
    const float* x = kernel_.x.data<float>() + first * kernel_.weight.in;
    if constexpr (!is_copied) return reinterpret_cast<const std::int32_t*>(x);
    for (Index i = 0; i < count; ++i)
      scales_[i] = cpu::to_words(Format{}, x + i * kernel_.weight.in, kernel_.weight.in,
                                 words_ + i * depth_);
    return words_;
  }

  /// Tiles are as even as can be: thirteen rows are seven and six, not twelve and one.
  void multiply(const std::int32_t* x, Index count, Index number) {
    const std::int32_t* weight = kernel_.weight.words.data<std::int32_t>() + number * panel * depth_;
    const Index tiles = (count + cpu::tile_rows - 1) / cpu::tile_rows;
    std::fill_n(sums_, count * panel, Sum{0});
    for (Index k = 0; k < depth_; k += depth_block) {
      const Index depth = std::min(depth_block, depth_ - k);
      for (Index tile = 0; tile < tiles; ++tile) {
        const Index begin = count * tile / tiles, end = count * (tile + 1) / tiles;
        multiply_rows<Format>(end - begin, x + begin * depth_ + k, depth_, depth,
                              weight + k * panel, sums_ + begin * panel);
      }
    }
  }

  void finish(Index first, Index count, Index number) {
    const Index out = kernel_.weight.out, column = number * panel;
    const float* bias = kernel_.bias ? kernel_.bias.data<float>() + column : nullptr;
    float* y = kernel_.y.data<float>() + first * out + column;
    for (Index row = 0; row < count; ++row, y += out)
      cpu::for_lanes<float>(std::min(panel, out - column), [&](Index c, auto n) {
        cpu::Lanes<float> sum = number_of(row, column, c, n);
        if (bias != nullptr) sum += cpu::load(bias + c, n);
        cpu::store(y + c, Activation::value(sum), n);
      });
  }

  /// The sum as a number, without the bias.
  template <class Count>
  [[nodiscard]] cpu::Lanes<float> number_of(Index row, Index column, Index c, Count n) const {
    const Sum* sums = sums_ + row * panel + c;
    if constexpr (Format::format != WeightFormat::int8) {
      return cpu::load(sums);
    } else {
      using Integers = cpu::detail::Register<std::int32_t, cpu::register_bytes>::type;
      const RowScale scale = scales_[row];
      Integers of_weight{}, whole;
      std::memcpy(&of_weight, kernel_.weight.sums.data<std::int32_t>() + column + c,
                  static_cast<std::size_t>(n) * sizeof(std::int32_t));
      std::memcpy(&whole, sums, sizeof whole);
      whole -= scale.zero * of_weight;
      const auto scales = cpu::load(kernel_.weight.scales.data<float>() + column + c, n);
      return __builtin_convertvector(whole, cpu::Lanes<float>) * (scale.scale * scales);
    }
  }

  const PackedLinear& kernel_;
  Index depth_;
  Sum* sums_;
  RowScale* scales_;
  std::int32_t* words_;
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

/// Row `row` of the weight as words, each `panel` words from the one before.
template <class Format>
void spread(const std::int32_t* row, Index depth, std::int32_t* to) {
  for (Index k = 0; k < depth; ++k) to[k * panel] = row[k];
}

/// Rounds a row to -127 … 127.
void pack_row(cpu::Int8Words, const float* row, const PackedWeight& to, Index out,
              std::int32_t* words) {
  float greatest = 0;
  for (Index i = 0; i < to.in; ++i) greatest = std::max(greatest, std::abs(row[i]));
  const float scale = greatest > 0 ? greatest / 127 : 1;
  std::int32_t sum = 0;
  auto* bytes = reinterpret_cast<std::int8_t*>(words);
  std::fill_n(words, words_of(to.in, 4), 0);
  for (Index i = 0; i < to.in; ++i) {
    bytes[i] = static_cast<std::int8_t>(std::nearbyint(row[i] / scale));
    sum += bytes[i];
  }
  to.scales.data<float>()[out] = scale;
  to.sums.data<std::int32_t>()[out] = sum;
}

template <class Format>
void pack_row(Format format, const float* row, const PackedWeight& to, Index, std::int32_t* words) {
  (void)cpu::to_words(format, row, to.in, words);
}

}  // namespace

Index packed_words(WeightFormat format, Index out, Index in) {
  const Index per_word = cpu::visit_words(format, [](auto words) { return words.per_word; });
  return cpu::round_up(out, panel) * words_of(in, per_word);
}

void pack_weight(ConstTensorView weight, const PackedWeight& to) {
  cpu::visit_words(to.format, [&]<class Format>(Format format) {
    const Index depth = words_of(to.in, Format::per_word);
    std::vector<std::int32_t> row(static_cast<std::size_t>(depth));
    auto* words = to.words.data<std::int32_t>();
    std::fill_n(words, to.words.size(), 0);
    for (Index out = 0; out < to.out; ++out) {
      pack_row(format, weight.data<float>() + out * to.in, to, out, row.data());
      spread<Format>(row.data(), depth, words + out / panel * panel * depth + out % panel);
    }
  });
}

bool has_unit_for(WeightFormat format) {
  return cpu::visit_words(format, [](auto words) { return words.has_unit; });
}

void run_on(CpuContext& context, const PackedLinear& kernel) {
  cpu::visit_words(kernel.weight.format, [&]<class Format>(Format) {
    if (!kernel.activation) return run<Format, NoActivation>(context, kernel);
    if (*kernel.activation == Gelu::erf) return run<Format, ErfActivation>(context, kernel);
    run<Format, TanhActivation>(context, kernel);
  });
}

}  // namespace electra
