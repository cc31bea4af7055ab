#include "electra/kernels/pair_loss.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::error_beside_nan;
using test::Gradient;
using test::HostTensor;
using test::left_in;
using test::Twin;
using test::unit;

struct Case {
  HostTensor cosines, texts, scale, losses, right, dcosines;
  float factor = 20;

  Case(HostTensor matrix, HostTensor ids)
      : cosines(std::move(matrix)),
        texts(std::move(ids)),
        scale({1}, DType::f32, {0.1}),
        losses({cosines.shape()[0]}, DType::f32),
        right({cosines.shape()[0]}, DType::i32),
        dcosines(cosines.shape(), cosines.dtype()) {}
  template <class At>
  [[nodiscard]] PairLoss at(const At& on, Gradient gradient = Gradient::apart) const {
    return {.cosines = on(cosines),
            .texts = on(texts),
            .scale = on(scale),
            .losses = on(losses),
            .right = on(right),
            .dcosines = gradient == Gradient::none ? TensorView{}
                                                   : on(left_in(gradient, dcosines, cosines)),
            .factor = factor};
  }
  /// Candidates of this row that are left out.
  [[nodiscard]] bool counts(Index row, Index c) const { return c == row || texts[c] != texts[row]; }
};

/// Cosines of random rows, of which some candidates have the same text.
Case random_case(Index rows, Index candidates, DType dtype) {
  HostTensor cosines = test::random_tensor({rows, candidates}, dtype, 1, 0.3);
  for (Index row = 0; row < rows; row += 2) cosines.set(row * candidates + row, 0.8);
  const auto kinds = static_cast<std::uint32_t>(candidates * 2 / 3 + 1);
  return {std::move(cosines), test::random_integers({candidates}, kinds, 2)};
}

}  // namespace

TEST_CASE("the loss of pairs on a GPU agrees with the CPU's", "[cuda][kernel][pair_loss]") {
  const DType dtype = any_dtype();
  const auto [rows, candidates] = GENERATE(table<Index, Index>(
      {{1, 1}, {1, 5}, {5, 5}, {8, 24}, {31, 33}, {64, 64}, {70, 75}, {3, 1100}}));
  const float factor = GENERATE(20.0F, 1.0F, 0.7F);
  const Gradient gradient = test::any_gradient();
  CAPTURE(to_string(dtype), rows, candidates, factor);
  Case c = random_case(rows, candidates, dtype);
  c.factor = factor;
  Twin loss([&](auto at) { return c.at(at, gradient); });
  CHECK(loss.error(c.losses) < 4 * unit(DType::f32));
  CHECK(loss.equal(c.right));
  if (gradient == Gradient::none) return;
  // Powers of what 20 cosines are off by: 40 / 2^24.
  const HostTensor& left = left_in(gradient, c.dcosines, c.cosines);
  CHECK(loss.error(left, 0.1 * static_cast<double>(factor)) < 2 * unit(dtype) + 40 * 0x1p-24);
}

TEST_CASE("candidates with the text of a pair are left out of it on a GPU, NaN and all",
          "[cuda][kernel][pair_loss]") {
  const DType dtype = any_dtype();
  Case c = random_case(9, 70, dtype);
  for (Index i = 0; i < c.cosines.size(); ++i)
    if (!c.counts(i / 70, i % 70)) c.cosines.set(i, i % 2 == 0 ? NAN : 5);
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(loss.error(c.losses) < 4 * unit(DType::f32));
  CHECK(loss.error(c.dcosines, 2) < 2 * unit(dtype) + 40 * 0x1p-24);
  CHECK(loss.equal(c.right));
  const HostTensor found = loss.gpu_of(c.dcosines);
  Index left_out = 0;
  for (Index i = 0; i < found.size(); ++i) {
    if (c.counts(i / 70, i % 70)) continue;
    CHECK(found[i] == 0);
    ++left_out;
  }
  CHECK(left_out > 0);
}

TEST_CASE("a pair on a GPU is right unless another candidate is nearer",
          "[cuda][kernel][pair_loss]") {
  const Index candidates = GENERATE(4, 40);
  HostTensor cosines({4, candidates}, DType::f32), texts({candidates}, DType::i32);
  cosines.fill(-0.5);
  for (Index i = 0; i < candidates; ++i) texts.set(i, static_cast<double>(i % 40 == 3 ? 1 : i));
  for (Index row = 0; row < 4; ++row) cosines.set(row * candidates + row, 0.25);
  const auto last = candidates - 1;
  cosines.set(last, 0.25);                      // as near
  cosines.set(candidates + 3, 0.75);            // nearer, and left out
  cosines.set(2 * candidates, 0.25 + 0x1p-25);  // nearer by a unit
  const Case c(cosines, texts);
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(loss.equal(c.right));
  CHECK(c.right.values() == std::vector<double>{1, 1, 0, 1});
}

TEST_CASE("a pair that is all but certain keeps its digits on a GPU, and NaN spoils one row",
          "[cuda][kernel][pair_loss]") {
  HostTensor cosines({4, 40}, DType::f32), texts({40}, DType::i32);
  cosines.fill(-0.75);
  for (Index i = 0; i < 40; ++i) texts.set(i, static_cast<double>(i));
  for (Index row = 0; row < 4; ++row) cosines.set(row * 40 + row, 1);
  cosines.set(40 + 39, NAN);
  cosines.set(2 * 40 + 2, NAN);
  const Case c(cosines, texts);
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(error_beside_nan(loss, c.losses, 1e-35) < 8 * unit(DType::f32));
  CHECK(error_beside_nan(loss, c.dcosines, 1e-35) < 8 * unit(DType::f32));
  CHECK(loss.equal(c.right));
  const HostTensor losses = loss.gpu_of(c.losses), dcosines = loss.gpu_of(c.dcosines);
  for (Index row = 0; row < 4; ++row) {
    CHECK(std::isnan(losses[row]) == (row == 1 || row == 2));
    CHECK(std::isnan(dcosines[row * 40]) == (row == 1 || row == 2));
  }
}

}  // namespace electra
