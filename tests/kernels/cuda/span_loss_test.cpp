#include "electra/kernels/span_loss.h"

#include <catch2/catch.hpp>

#include "kernels/cuda/cases.h"

namespace electra {
namespace {

using test::any_dtype;
using test::error_beside_nan;
using test::Gradient;
using test::HostTensor;
using test::left_in;
using test::Mirror;
using test::Twin;
using test::unit;

/// Texts of these lengths; logits of padding and behind the second column are NaN.
struct Case {
  Index batch, length;
  HostTensor logits, lengths, starts, ends, scale, losses, right, dlogits;

  Case(Index most, Index padded, DType dtype, const std::vector<double>& used,
       const std::vector<double>& first, const std::vector<double>& last)
      : batch(static_cast<Index>(used.size())),
        length(most),
        logits(test::random_tensor({batch * most, padded}, dtype, 1, 3)),
        lengths({batch}, DType::i32, used),
        starts({batch}, DType::i32, first),
        ends({batch}, DType::i32, last),
        scale({1}, DType::f32, {0.1}),
        losses({batch}, DType::f32),
        right({batch}, DType::i32),
        dlogits(logits.shape(), dtype) {
    test::poison_columns(logits, 2);
    for (Index i = 0; i < logits.size(); ++i)
      if (static_cast<double>(i / padded % length) >= lengths[i / padded / length])
        logits.set(i, NAN);
  }
  void set(Index text, Index place, Index column, double value) {
    logits.set((text * length + place) * logits.shape()[1] + column, value);
  }
  template <class At>
  [[nodiscard]] SpanLoss at(const At& on, Gradient gradient = Gradient::apart) const {
    return {.logits = on(logits),
            .rows = {batch, length, on(lengths)},
            .starts = on(starts),
            .ends = on(ends),
            .scale = on(scale),
            .losses = on(losses),
            .right = on(right),
            .dlogits =
                gradient == Gradient::none ? TensorView{} : on(left_in(gradient, dlogits, logits))};
  }
};

}  // namespace

TEST_CASE("the loss of spans on a GPU agrees with the CPU's", "[cuda][kernel][span_loss]") {
  const DType dtype = any_dtype();
  const Index length = GENERATE(1, 2, 31, 32, 33, 130, 512), padded = GENERATE(2, 3, 8);
  const Gradient gradient = test::any_gradient();
  CAPTURE(to_string(dtype), length, padded);
  const auto last = static_cast<double>(length - 1), half = static_cast<double>((length + 1) / 2);
  const Case c(length, padded, dtype, {last + 1, half, 1, 0, last + 1, last + 1, last + 1},
               {0, half - 1, 0, -1, last, -1, 0}, {last, 0, 0, -1, last, 0, -2});
  Twin loss([&](auto at) { return c.at(at, gradient); });
  CHECK(loss.error(c.losses) < 4 * unit(DType::f32));
  CHECK(loss.equal(c.right));
  if (gradient != Gradient::none)
    CHECK(loss.error(left_in(gradient, c.dlogits, c.logits), 0.1) < 2 * unit(dtype));
}

TEST_CASE("a span on a GPU is right if both of its ends are", "[cuda][kernel][span_loss]") {
  Case c(40, 2, DType::f32, {40, 40, 40, 40, 40}, {3, 3, 3, 35, 3}, {35, 35, 35, 35, 35});
  for (Index text = 0; text < 5; ++text) {
    c.set(text, 3, 0, 50);
    c.set(text, 35, 1, 50);
  }
  c.set(1, 7, 0, 60);
  c.set(2, 34, 1, 60);
  c.set(3, 35, 0, 50);  // an equal before it
  c.set(4, 39, 1, 50);  // an equal behind it
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(loss.equal(c.right));
  CHECK(c.right.values() == std::vector<double>{1, 0, 0, 0, 1});
}

TEST_CASE("a span that is all but certain keeps its digits on a GPU", "[cuda][kernel][span_loss]") {
  Case c(40, 2, DType::f32, {40, 1}, {3, 0}, {35, 0});
  for (Index place = 0; place < 40; ++place) {
    c.set(0, place, 0, place == 3 ? 40 : 1);
    c.set(0, place, 1, place == 35 ? 20 : -10);
  }
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(loss.error(c.losses, 1e-35) < 4 * unit(DType::f32));
  CHECK(loss.error(c.dlogits, 1e-37) < 8 * unit(DType::f32));
}

TEST_CASE("a text with NaN at either end has a loss and a gradient of NaN on a GPU, no other has",
          "[cuda][kernel][span_loss]") {
  const DType dtype = any_dtype();
  Case c(40, 3, dtype, {40, 35, 40, 40, 40}, {3, 3, 3, 3, -1}, {35, 34, 35, 35, 35});
  c.set(0, 39, 0, NAN);
  c.set(1, 3, 1, NAN);
  c.set(2, 20, 1, INFINITY);
  c.set(3, 20, 1, -INFINITY);
  c.set(4, 20, 1, NAN);  // is not scored
  Twin loss([&](auto at) { return c.at(at); });
  CHECK(error_beside_nan(loss, c.losses) < 4 * unit(DType::f32));
  CHECK(error_beside_nan(loss, c.dlogits, 0.1) < 2 * unit(dtype));
  CHECK(loss.equal(c.right));
  const HostTensor losses = loss.gpu_of(c.losses), dlogits = loss.gpu_of(c.dlogits);
  for (Index text = 0; text < 5; ++text) {
    CHECK(std::isnan(losses[text]) == (text < 3));
    for (const Index column : {0, 1}) CHECK(std::isnan(dlogits[text * 120 + column]) == (text < 3));
    CHECK(dlogits[text * 120 + 2] == 0);
  }
}

// The CPU throws; a GPU cannot.
TEST_CASE("an answer that is not in its text makes it NaN on a GPU", "[cuda][kernel][span_loss]") {
  const Case c(9, 2, DType::f32, {9, 5, 0}, {2, 1, 0}, {8, 5, 0});
  const auto context = Context::create({DeviceType::cuda, 0});
  Mirror mirror(*context);
  context->run(c.at([&](const HostTensor& host) { return mirror(host); }));
  const HostTensor losses = mirror.read(c.losses), dlogits = mirror.read(c.dlogits);
  for (Index text = 0; text < 3; ++text) CHECK(std::isnan(losses[text]) == (text > 0));
  for (Index i = 0; i < dlogits.size(); ++i) CHECK(std::isnan(dlogits[i]) == (i >= 18 && i < 28));
}

}  // namespace electra
