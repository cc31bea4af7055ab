#include <catch2/catch.hpp>

#include "electra/kernels/dropout_residual_norm.h"
#include "electra/kernels/embedding.h"
#include "electra/kernels/layer_norm.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::Begin;
using test::HostTensor;
using test::Twin;
using test::unit;

/// Widths with registers of their own, and odd ones.
Index any_width() { return GENERATE(64, 128, 256, 512, 768, 1024, 1, 7, 33, 200, 1111); }
DType any_dtype() { return GENERATE(DType::f32, DType::bf16); }

/// What sums over rows may be off by, per row of order one.
double sum_bound(Index rows, DType dtype) {
  return 4 * unit(wide(dtype)) * std::sqrt(static_cast<double>(rows));
}

}  // namespace

TEST_CASE("layer norm on a GPU agrees with the CPU's", "[cuda][kernel][layer_norm]") {
  const DType dtype = any_dtype();
  const Index width = any_width();
  // Also a run of several rows for each warp, and no whole number of those that a warp holds.
  const Index rows = width == 256 ? 1 : width == 7 ? 1300 : width < 100 ? 67 : 19;
  const Begin begin = width == 128 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), width);
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1, 2, 0.7);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 2, 0.3, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 3);
  const HostTensor y({rows, width}, dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
  const float epsilon = 1e-3F;
  Twin forward(
      [&](auto at) {
        return LayerNormForward{.x = at(x),
                                .gain = at(gain),
                                .bias = at(bias),
                                .y = at(y),
                                .mean = at(mean),
                                .rstd = at(rstd),
                                .epsilon = epsilon};
      },
      begin);
  CHECK(forward.error(y) < 4 * unit(dtype));
  CHECK(forward.error(mean) < 4 * unit(DType::f32));
  CHECK(forward.error(rstd) < 10 * unit(DType::f32));

  const Write write = GENERATE(Write::overwrite, Write::add);
  const HostTensor dy = test::random_tensor({rows, width}, dtype, 4);
  HostTensor dx({rows, width}, dtype);
  if (write == Write::add) dx = test::random_tensor({rows, width}, dtype, 5);
  const HostTensor dgain = test::random_tensor({width}, DType::f32, 6);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 7);
  Twin backward(
      [&](auto at) {
        return LayerNormBackward{.dy = at(dy),
                                 .x = at(x),
                                 .gain = at(gain),
                                 .mean = at(mean),
                                 .rstd = at(rstd),
                                 .dx = {at(dx), write},
                                 .dgain = at(dgain),
                                 .dbias = at(dbias)};
      },
      begin);
  CHECK(backward.error(dx, width < 8 ? 30 : 1) < 4 * unit(dtype));
  CHECK(backward.error(dgain) < sum_bound(rows, dtype));
  CHECK(backward.error(dbias) < sum_bound(rows, dtype));
}

// Narrow rows share a warp.
TEST_CASE("the norm of a row on a GPU does not depend on the rows beside it",
          "[cuda][kernel][layer_norm]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(64, 128, 33);
  CAPTURE(to_string(dtype), width);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 2, 0.3, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 3);
  const auto norm_of = [&](const HostTensor& x) {
    const Index rows = x.shape()[0];
    const HostTensor y(x.shape(), dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
    return Twin([&](auto at) {
             return LayerNormForward{.x = at(x),
                                     .gain = at(gain),
                                     .bias = at(bias),
                                     .y = at(y),
                                     .mean = at(mean),
                                     .rstd = at(rstd)};
           })
        .gpu_of(y)
        .values();
  };
  const Index rows = 11;
  const HostTensor all = test::random_tensor({rows, width}, dtype, 1, 2, 0.7);
  const std::vector<double> values = all.values(), together = norm_of(all);
  for (Index row = 0; row < rows; ++row) {
    const std::vector<double> alone(values.begin() + row * width,
                                    values.begin() + (row + 1) * width);
    const std::vector<double> part(together.begin() + row * width,
                                   together.begin() + (row + 1) * width);
    CHECK(norm_of(HostTensor({1, width}, dtype, alone)) == part);
  }
}

TEST_CASE("dropout, residual and norm on a GPU agree with the CPU's",
          "[cuda][kernel][dropout_residual_norm]") {
  const DType dtype = any_dtype();
  const Index width = any_width();
  const float dropout = GENERATE(0.0F, 0.1F);
  const Index length = width == 512 ? 1 : 5, rows = width == 512 ? 1 : 15;
  const Begin begin = width == 768 ? Begin::unaligned : Begin::aligned;
  const bool biased = width != 1024;
  CAPTURE(to_string(dtype), width, dropout);
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 2);
  const HostTensor residual = test::random_tensor({rows, width}, dtype, 3);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 4, 0.3, 1);
  const HostTensor beta = test::random_tensor({width}, DType::f32, 5);
  const HostTensor lengths({rows / length}, DType::i32), step({1}, DType::i32, {7});
  const HostTensor sum({rows, width}, dtype), y({rows, width}, dtype);
  const HostTensor mean({rows}, DType::f32), rstd({rows}, DType::f32);
  const auto key = [&](ConstTensorView at) {
    return RandomKey{.seed = 0x123456789abcdefU, .step = at, .first_example = 3, .site = {77}};
  };
  Twin forward(
      [&](auto at) {
        return DropoutResidualNormForward{.x = at(x),
                                          .bias = biased ? at(bias) : TensorView{},
                                          .residual = at(residual),
                                          .gain = at(gain),
                                          .beta = at(beta),
                                          .sum = at(sum),
                                          .y = at(y),
                                          .mean = at(mean),
                                          .rstd = at(rstd),
                                          .rows = {rows / length, length, at(lengths)},
                                          .epsilon = 1e-3F,
                                          .dropout = dropout,
                                          .random = key(at(step))};
      },
      begin);
  CHECK(forward.error(sum) < 2 * unit(dtype));
  // A sum that was rounded the other way moves its whole row.
  CHECK(forward.error(y) < 8 * unit(dtype));

  const HostTensor dy = test::random_tensor({rows, width}, dtype, 6);
  const HostTensor dresidual({rows, width}, dtype), dx({rows, width}, dtype);
  const HostTensor dgain = test::random_tensor({width}, DType::f32, 7);
  const HostTensor dbeta = test::random_tensor({width}, DType::f32, 8);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 9);
  Twin backward(
      [&](auto at) {
        return DropoutResidualNormBackward{.dy = at(dy),
                                           .sum = at(sum),
                                           .gain = at(gain),
                                           .mean = at(mean),
                                           .rstd = at(rstd),
                                           .dresidual = at(dresidual),
                                           .dx = dropout > 0 ? at(dx) : TensorView{},
                                           .dgain = at(dgain),
                                           .dbeta = at(dbeta),
                                           .dbias = at(dbias),
                                           .rows = {rows / length, length, at(lengths)},
                                           .dropout = dropout,
                                           .random = key(at(step))};
      },
      begin);
  const double floor = width < 8 ? 30 : 1;
  CHECK(backward.error(dresidual, floor) < 4 * unit(dtype));
  if (dropout > 0) CHECK(backward.error(dx, floor) < 4 * unit(dtype));
  CHECK(backward.error(dgain) < sum_bound(rows, dtype));
  CHECK(backward.error(dbeta) < sum_bound(rows, dtype));
  CHECK(backward.error(dbias, floor) < 4 * sum_bound(rows, dtype));
}

TEST_CASE("embeddings on a GPU agree with the CPU's", "[cuda][kernel][embedding]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(64, 128, 256, 768, 1024, 7, 33);
  const Begin begin = width == 256 ? Begin::unaligned : Begin::aligned;
  const float dropout = GENERATE(0.0F, 0.1F);
  const Index batch = width == 7 ? 71 : 3;  // 71: several rows for each warp
  const Index length = 11, vocabulary = 29, rows = batch * length;
  CAPTURE(to_string(dtype), width, dropout);
  const HostTensor ids = test::random_integers({rows}, vocabulary, 1);
  const HostTensor types = test::random_integers({rows}, 2, 2);
  const HostTensor word = test::random_tensor({vocabulary, width}, dtype, 3);
  const HostTensor position = test::random_tensor({length + 2, width}, dtype, 4);
  const HostTensor type = test::random_tensor({2, width}, dtype, 5);
  const HostTensor gain = test::random_tensor({width}, DType::f32, 6, 0.3, 1);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 7);
  const HostTensor lengths({batch}, DType::i32), step({1}, DType::i32, {9});
  const HostTensor y({rows, width}, dtype), mean({rows}, DType::f32), rstd({rows}, DType::f32);
  const auto key = [&](ConstTensorView at) {
    return RandomKey{.seed = 99, .step = at, .first_example = 1, .site = {5}};
  };
  Twin forward(
      [&](auto at) {
        return EmbeddingForward{.ids = at(ids),
                                .types = at(types),
                                .rows = {batch, length, at(lengths)},
                                .word = at(word),
                                .position = at(position),
                                .type = at(type),
                                .gain = at(gain),
                                .bias = at(bias),
                                .y = at(y),
                                .mean = at(mean),
                                .rstd = at(rstd),
                                .epsilon = 1e-3F,
                                .dropout = dropout,
                                .random = key(at(step))};
      },
      begin);
  CHECK(forward.error(y) < 8 * unit(dtype));
  const HostTensor dy = test::random_tensor({rows, width}, dtype, 8);
  const HostTensor dx({rows, width}, dtype);
  const HostTensor dgain = test::random_tensor({width}, DType::f32, 9);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 10);
  Twin backward(
      [&](auto at) {
        return EmbeddingBackward{.dy = at(dy),
                                 .ids = at(ids),
                                 .types = at(types),
                                 .rows = {batch, length, at(lengths)},
                                 .word = at(word),
                                 .position = at(position),
                                 .type = at(type),
                                 .gain = at(gain),
                                 .mean = at(mean),
                                 .rstd = at(rstd),
                                 .dx = at(dx),
                                 .dgain = at(dgain),
                                 .dbias = at(dbias),
                                 .dropout = dropout,
                                 .random = key(at(step))};
      },
      begin);
  CHECK(backward.error(dx, width < 8 ? 30 : 1) < 4 * unit(dtype));
  CHECK(backward.error(dgain) < sum_bound(rows, dtype));
  CHECK(backward.error(dbias) < sum_bound(rows, dtype));
}

TEST_CASE("embedding gradients on a GPU agree with the CPU's", "[cuda][kernel][embedding]") {
  const DType dtype = any_dtype();
  // Runs of equal ids within, over and beyond pieces of 64 rows; several blocks to sort.
  const auto [batch, length, vocabulary] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 5}, {3, 11, 1}, {5, 64, 3}, {4, 100, 300}, {20, 333, 40}, {33, 512, 9000}}));
  const Index width = GENERATE(8, 33, 136);
  if (batch >= 20 && width != 8) return;
  const Index kinds = length == 1 ? 1 : length == 64 ? 3 : 2;
  const Begin begin = length == 100 && width == 8 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), batch, length, vocabulary, width);
  HostTensor ids =
      test::random_integers({batch * length}, static_cast<std::uint32_t>(vocabulary), 1);
  // One run over more pieces than a block of the joining kernel has threads.
  if (batch == 20)
    for (Index i = 0; i < ids.size(); ++i)
      if (ids[i] < 28) ids.set(i, 5);
  const HostTensor types =
      test::random_integers({batch * length}, static_cast<std::uint32_t>(kinds), 2);
  const HostTensor lengths({batch}, DType::i32);
  const HostTensor dx = test::random_tensor({batch * length, width}, dtype, 3);
  const HostTensor dword = test::random_tensor({vocabulary, width}, DType::f32, 4);
  const HostTensor dposition = test::random_tensor({length + 1, width}, DType::f32, 5);
  const HostTensor dtype_rows = test::random_tensor({kinds, width}, DType::f32, 6);
  Twin twin(
      [&](auto at) {
        return EmbeddingScatter{.dx = at(dx),
                                .ids = at(ids),
                                .types = at(types),
                                .rows = {batch, length, at(lengths)},
                                .dword = at(dword),
                                .dposition = at(dposition),
                                .dtype = at(dtype_rows)};
      },
      begin);
  const double bound = sum_bound(batch * length, dtype);
  CHECK(twin.error(dword) < bound);
  CHECK(twin.error(dposition) < bound);
  CHECK(twin.error(dtype_rows) < bound);
}

}  // namespace electra
