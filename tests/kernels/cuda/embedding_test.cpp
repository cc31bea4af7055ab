#include "electra/kernels/embedding.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::any_dtype;
using test::Begin;
using test::HostTensor;
using test::sum_bound;
using test::Twin;
using test::unit;

}  // namespace

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
