#include "electra/kernels/span_loss.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"
#include "support/loss_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

/// Texts of every length from 0 on, some not scored; padding and columns beyond the second are NaN.
struct SpanCase {
  Index batch;
  Index length;
  Index padded;
  DType dtype;
  HostTensor logits = test::random_tensor({batch * length, padded}, dtype, 1, 3);
  HostTensor lengths = test::random_integers({batch}, static_cast<std::uint32_t>(length) + 1, 2);
  HostTensor starts{{batch}, DType::i32};
  HostTensor ends{{batch}, DType::i32};
  HostTensor scale{{1}, wide(dtype), {0.25}};
  HostTensor losses{{batch}, wide(dtype)};
  HostTensor right{{batch}, DType::i32};
  HostTensor dlogits{{batch * length, padded}, dtype};

  void prepare() {
    test::poison_columns(logits, 2);
    const HostTensor drawn = test::random_integers({2 * batch}, 1U << 30U, 3);
    for (Index text = 0; text < batch; ++text) {
      if (text < 3) lengths.set(text, static_cast<double>(text == 1 ? 0 : text == 2 ? 1 : length));
      const auto place = [&](Index i) {
        return tokens(text) == 0 ? -1 : static_cast<Index>(drawn[i]) % tokens(text);
      };
      starts.set(text, static_cast<double>(place(2 * text)));
      ends.set(text, static_cast<double>(place(2 * text + 1)));
      if (text % 5 == 3) (text % 2 == 0 ? starts : ends).set(text, -1);
      for (Index i = (text * length + tokens(text)) * padded; i < (text + 1) * length * padded; ++i)
        logits.set(i, NAN);
    }
  }
  Index tokens(Index text) const { return static_cast<Index>(lengths[text]); }
  bool scored(Index text) const { return starts[text] >= 0 && ends[text] >= 0; }
  SpanLoss kernel() {
    return {.logits = logits,
            .rows = {batch, length, lengths},
            .starts = starts,
            .ends = ends,
            .scale = scale,
            .losses = losses,
            .right = right,
            .dlogits = dlogits};
  }
};

/// Of one column of one text, in float64.
struct Expected {
  double loss;
  bool right;
  std::vector<double> softmax;

  Expected(const SpanCase& c, Index text, Index column, Index label) {
    const auto logit = [&](Index i) { return c.logits[(text * c.length + i) * c.padded + column]; };
    Index top = 0;
    double sum = 0;
    for (Index i = 1; i < c.tokens(text); ++i)
      if (logit(i) > logit(top)) top = i;
    for (Index i = 0; i < c.tokens(text); ++i) sum += std::exp(logit(i) - logit(top));
    for (Index i = 0; i < c.tokens(text); ++i)
      softmax.push_back(std::exp(logit(i) - logit(top)) / sum);
    loss = std::log(sum) + logit(top) - logit(label);
    right = top == label;
  }
};

}  // namespace

TEST_CASE("the loss of spans agrees with its definition and reads no padding",
          "[kernel][span_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [batch, length, padded] = GENERATE(table<Index, Index, Index>(
      {{1, 1, 2}, {1, 1, 8}, {3, 5, 2}, {19, 33, 8}, {5, 512, 3}, {0, 4, 2}}));
  CAPTURE(to_string(dtype), batch, length, padded);
  SpanCase c{batch, length, padded, dtype};
  c.prepare();
  Context::create({}, {.threads = 2})->run(c.kernel());
  std::vector<double> losses, right, dlogits(static_cast<std::size_t>(c.dlogits.size()));
  for (Index text = 0; text < batch; ++text) {
    losses.push_back(0);
    right.push_back(c.scored(text) ? 1 : -1);
    for (Index column = 0; c.scored(text) && column < 2; ++column) {
      const auto label = static_cast<Index>((column == 0 ? c.starts : c.ends)[text]);
      const Expected e(c, text, column, label);
      losses.back() += e.loss / 2;
      if (!e.right) right.back() = 0;
      for (Index i = 0; i < c.tokens(text); ++i)
        dlogits[static_cast<std::size_t>((text * length + i) * padded + column)] =
            (e.softmax[static_cast<std::size_t>(i)] - (i == label ? 1 : 0)) * c.scale[0] / 2;
    }
    for (Index i = text * length * padded; i < (text + 1) * length * padded; ++i)
      if (!c.scored(text) || i / padded % length >= c.tokens(text) || i % padded >= 2)
        REQUIRE(c.dlogits[i] == 0);
  }
  const double unit = test::unit(wide(dtype));
  CHECK(test::worst_error(c.losses, losses) < 4 * unit);
  CHECK(test::worst_error(c.dlogits, dlogits, 0.01) < 8 * unit + test::unit(dtype));
  CHECK(c.right.values() == right);
}

TEST_CASE("the loss of spans has its gradient as slope", "[kernel][span_loss]") {
  SpanCase c{3, 4, 3, DType::f64};
  c.lengths = HostTensor({3}, DType::i32, {4, 2, 3});
  c.starts = HostTensor({3}, DType::i32, {1, 0, -1});
  c.ends = HostTensor({3}, DType::i32, {3, 0, 2});
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.kernel());
    double sum = 0;
    for (const double one : c.losses.values()) sum += one;
    return c.scale[0] * sum;
  };
  static_cast<void>(loss());
  const HostTensor gradient = c.dlogits;
  CHECK(test::gradient_error(gradient.view(), c.logits, loss) < 1e-9);
}

TEST_CASE("a span is right if both ends are, the first among equals", "[kernel][span_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  SpanCase c{4, 3, 2, dtype};
  c.lengths.fill(3);
  c.logits = HostTensor({12, 2}, dtype,
                        {1, 0, 5, 7, 5, 7, 1, 0, 5, 7, 5, 7, 1, 0, 5, 7, 5, 7, 1, 0, 5, 7, 5, 7});
  c.starts = HostTensor({4}, DType::i32, {1, 2, 1, 0});
  c.ends = HostTensor({4}, DType::i32, {1, 1, 2, -1});
  Context::create({}, {.threads = 1})->run(c.kernel());
  CHECK(c.right.values() == std::vector<double>{1, 0, 0, -1});
}

TEST_CASE("a text with NaN is NaN and not right; others are as they were", "[kernel][span_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const Index at = GENERATE(0, 1, 4);
  SpanCase clean{3, 3, 3, dtype};
  clean.lengths = HostTensor({3}, DType::i32, {3, 2, 3});
  clean.starts = HostTensor({3}, DType::i32, {0, 0, 0});
  clean.ends = HostTensor({3}, DType::i32, {1, 1, -1});
  SpanCase c = clean;
  c.logits.set(9 + at, NAN);
  c.logits.set(18, NAN);  // its text is not scored
  const auto context = Context::create({}, {.threads = 2});
  context->run(clean.kernel());
  context->run(c.kernel());
  CHECK(std::isnan(c.losses[1]));
  CHECK(c.right[1] == 0);
  for (const Index text : {0, 2}) CHECK(c.losses[text] == clean.losses[text]);
  for (const Index text : {0, 2}) CHECK(c.right[text] == clean.right[text]);
  for (Index i = 0; i < 27; ++i) {
    if (i >= 9 && i < 15 && i % 3 < 2)
      CHECK(std::isnan(c.dlogits[i]));
    else
      CHECK(c.dlogits[i] == clean.dlogits[i]);
  }
}

TEST_CASE("the loss of spans works in place, without a gradient and on any number of threads",
          "[kernel][span_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  SpanCase whole{23, 12, 4, dtype};
  whole.prepare();
  check_ways_to_run(whole, &SpanCase::logits, &SpanCase::dlogits, &SpanLoss::dlogits);
}

TEST_CASE("the loss of spans refuses what does not fit", "[kernel][span_loss]") {
  const auto context = Context::create({}, {.threads = 1});
  SpanCase c{2, 3, 2, DType::f32};
  c.lengths = HostTensor({2}, DType::i32, {3, 2});
  c.starts.fill(0);
  c.ends = HostTensor({2}, DType::i32, {2, 2});
  CHECK_THROWS_WITH(context->run(c.kernel()),
                    Contains("span_loss: ends, text 1: expected below its length, 2, found 2"));
  SpanLoss kernel = c.kernel();
  kernel.rows.length = 2;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("span_loss: logits: expected f32 [4, 2], found f32 [6, 2]"));
  kernel = c.kernel();
  kernel.logits = c.logits.view().reshape({12, 1});
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("span_loss: expected logits [rows, 2 or more], found [12, 1]"));
}

}  // namespace electra
