#include <catch2/catch.hpp>

#include "electra/kernels/cast.h"
#include "electra/kernels/gather.h"
#include "electra/kernels/gelu.h"
#include "electra/kernels/replaced_token_loss.h"
#include "electra/kernels/softmax.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::Begin;
using test::HostTensor;
using test::Twin;
using test::unit;

DType any_dtype() { return GENERATE(DType::f32, DType::bf16); }

double sum_bound(Index rows) { return 4 * unit(DType::f32) * std::sqrt(static_cast<double>(rows)); }

}  // namespace

TEST_CASE("bias and gelu on a GPU agree with the CPU's", "[cuda][kernel][gelu]") {
  const DType dtype = any_dtype();
  const Gelu form = GENERATE(Gelu::erf, Gelu::tanh);
  const auto [rows, width] =
      GENERATE(table<Index, Index>({{1, 1}, {3, 8}, {70, 256}, {131, 33}, {5, 1000}, {1100, 16}}));
  const Begin begin = rows == 70 && form == Gelu::tanh ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), rows, width, static_cast<int>(form));
  const HostTensor x = test::random_tensor({rows, width}, dtype, 1, 3);
  const HostTensor bias = test::random_tensor({width}, DType::f32, 2);
  const HostTensor y({rows, width}, dtype);
  Twin forward(
      [&](auto at) {
        return BiasGeluForward{.x = at(x), .bias = at(bias), .y = at(y), .form = form};
      },
      begin);
  CHECK(forward.error(y) < 2 * unit(dtype));

  const HostTensor dy = test::random_tensor({rows, width}, dtype, 3);
  const HostTensor dx({rows, width}, dtype);
  const HostTensor dbias = test::random_tensor({width}, DType::f32, 4);
  Twin backward(
      [&](auto at) {
        return BiasGeluBackward{.dy = at(dy),
                                .x = at(x),
                                .bias = at(bias),
                                .dx = at(dx),
                                .dbias = at(dbias),
                                .form = form};
      },
      begin);
  CHECK(backward.error(dx) < 2 * unit(dtype));
  CHECK(backward.error(dbias) < sum_bound(rows));
}

TEST_CASE("casts and fills on a GPU give the CPU's bits", "[cuda][kernel][cast]") {
  const auto [from, to] = GENERATE(table<DType, DType>(
      {{DType::f32, DType::bf16}, {DType::bf16, DType::f32}, {DType::f32, DType::f32}}));
  const Index size = GENERATE(1, 3, 4, 1023, 1024, 4096, 9001);
  const Begin begin = GENERATE(Begin::aligned, Begin::unaligned);
  const HostTensor x = test::random_tensor({size}, from, 1, 100);
  const HostTensor y({size}, to);
  Twin cast([&](auto at) { return Cast{.x = at(x), .y = at(y)}; }, begin);
  CHECK(cast.equal(y));
  for (const DType dtype : {DType::f32, DType::bf16, DType::i32}) {
    const HostTensor filled({size}, dtype);
    Twin fill([&](auto at) { return Fill{.y = at(filled), .value = -2.75}; }, begin);
    CHECK(fill.equal(filled));
  }
}

TEST_CASE("rows are gathered and scattered on a GPU as on the CPU", "[cuda][kernel][gather]") {
  const DType dtype = any_dtype();
  const Index width = GENERATE(1, 8, 33, 64, 256, 1048);
  const Begin begin = width == 64 ? Begin::unaligned : Begin::aligned;
  const Index count = GENERATE(0, 1, 5, 9);
  const Write write = GENERATE(Write::overwrite, Write::add);
  const HostTensor x = test::random_tensor({20, width}, dtype, 1);
  const HostTensor indices({9}, DType::i32, {0, 0, 2, 3, 3, 3, 11, 18, 19});
  const HostTensor used({1}, DType::i32, {static_cast<double>(count)});
  const HostTensor gathered({9, width}, dtype);
  Twin gather(
      [&](auto at) {
        return GatherRows{.x = at(x), .indices = at(indices), .count = at(used), .y = at(gathered)};
      },
      begin);
  CHECK(gather.equal(gathered));
  HostTensor y({20, width}, dtype);
  if (write == Write::add) y = test::random_tensor({20, width}, dtype, 2);
  Twin scatter(
      [&](auto at) {
        return ScatterRows{
            .x = at(gathered), .indices = at(indices), .count = at(used), .y = {at(y), write}};
      },
      begin);
  CHECK(scatter.equal(y));
}

TEST_CASE("masked softmax on a GPU agrees with the CPU's", "[cuda][kernel][softmax]") {
  const DType dtype = any_dtype();
  // Each spread over lanes and vectors, and none.
  const Index length = GENERATE(1, 7, 32, 65, 128, 200, 264, 392, 520);
  const Begin begin = length == 32 ? Begin::unaligned : Begin::aligned;
  CAPTURE(to_string(dtype), length);
  const double mean = dtype == DType::bf16 ? 500 : 0;  // powers of it overflow
  const HostTensor x = test::random_tensor({3, 2, length, length}, dtype, 1, 3, mean);
  const HostTensor lengths({3}, DType::i32,
                           {static_cast<double>(length), static_cast<double>((length + 1) / 2), 0});
  const HostTensor y(x.shape(), dtype);
  Twin forward(
      [&](auto at) {
        return MaskedSoftmaxForward{.x = at(x), .lengths = at(lengths), .y = at(y), .scale = 0.3F};
      },
      begin);
  CHECK(forward.error(y) < unit(dtype));
  const HostTensor dy = test::random_tensor(x.shape(), dtype, 2);
  const HostTensor dx(x.shape(), dtype);
  Twin backward(
      [&](auto at) {
        return MaskedSoftmaxBackward{
            .dy = at(dy), .y = at(y), .lengths = at(lengths), .dx = at(dx), .scale = 0.3F};
      },
      begin);
  CHECK(backward.error(dx) < 2 * unit(dtype));
}

TEST_CASE("the replaced-token loss on a GPU agrees with the CPU's",
          "[cuda][kernel][replaced_token_loss]") {
  const bool with_gradient = GENERATE(true, false);
  const Index length = 130, batch = 4;
  const HostTensor logits = test::random_tensor({batch * length}, DType::f32, 8, 20);
  const HostTensor labels = test::random_integers({batch * length}, 2, 9);
  const HostTensor lengths({batch}, DType::i32, {130, 3, 0, 1});
  const HostTensor scale({1}, DType::f32, {0.02});
  const HostTensor losses({batch * length}, DType::f32), dlogits({batch * length}, DType::f32);
  Twin loss([&](auto at) {
    return ReplacedTokenLoss{.logits = at(logits),
                             .labels = at(labels),
                             .rows = {batch, length, at(lengths)},
                             .scale = at(scale),
                             .losses = at(losses),
                             .dlogits = with_gradient ? at(dlogits) : TensorView{}};
  });
  CHECK(loss.error(losses) < 2 * unit(DType::f32));
  if (with_gradient) CHECK(loss.error(dlogits, 0.02) < 2 * unit(DType::f32));
}

}  // namespace electra
