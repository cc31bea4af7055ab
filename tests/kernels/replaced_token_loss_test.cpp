#include "electra/kernels/replaced_token_loss.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct LossCase {
  Index batch;
  Index length;
  DType dtype;
  HostTensor logits = test::random_tensor({batch * length}, dtype, 1, 4);
  HostTensor labels = test::random_integers({batch * length}, 2, 2);
  HostTensor lengths = test::random_integers({batch}, static_cast<std::uint32_t>(length) + 1, 3);
  HostTensor scale{{1}, dtype, {0.25}};
  HostTensor losses{{batch * length}, dtype};
  HostTensor dlogits{{batch * length}, dtype};

  ReplacedTokenLoss kernel() {
    return {.logits = logits,
            .labels = labels,
            .rows = {batch, length, lengths},
            .scale = scale,
            .losses = losses,
            .dlogits = dlogits};
  }
  bool counts(Index i) const { return static_cast<double>(i % length) < lengths[i / length]; }
};

}  // namespace

TEST_CASE("the replaced-token loss agrees with its definition", "[kernel][replaced_token_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const auto [batch, length] =
      GENERATE(table<Index, Index>({{1, 1}, {1, 5}, {3, 7}, {40, 33}, {16, 128}}));
  CAPTURE(to_string(dtype), batch, length);
  LossCase c{batch, length, dtype};
  c.lengths.set(0, static_cast<double>(length));
  if (batch > 1) c.lengths.set(1, 0);
  Context::create({}, {.threads = 2})->run(c.kernel());
  std::vector<double> losses, dlogits;
  for (Index i = 0; i < c.logits.size(); ++i) {
    const double p = 1 / (1 + std::exp(-c.logits[i]));
    const double label = c.labels[i];
    losses.push_back(c.counts(i) ? -label * std::log(p) - (1 - label) * std::log(1 - p) : 0);
    dlogits.push_back(c.counts(i) ? (p - label) * c.scale[0] : 0);
    if (!c.counts(i)) REQUIRE((c.losses[i] == 0 && c.dlogits[i] == 0));
  }
  const double unit = dtype == DType::f64 ? 1e-11 : 1e-6;  // the reference itself cancels
  CHECK(test::worst_error(c.losses, losses) < unit);
  CHECK(test::worst_error(c.dlogits, dlogits) < unit);

  const HostTensor before = c.losses;
  auto without = c.kernel();
  without.dlogits = {};
  c.losses.poison();
  Context::create({}, {.threads = 1})->run(without);
  CHECK(c.losses == before);
}

TEST_CASE("the replaced-token loss has its gradient as slope", "[kernel][replaced_token_loss]") {
  LossCase c{3, 6, DType::f64};
  c.lengths = HostTensor({3}, DType::i32, {6, 0, 4});
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

TEST_CASE("the replaced-token loss stays finite and exact at extreme logits",
          "[kernel][replaced_token_loss]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const double size = GENERATE(100.0, 1e4, 3e38);
  LossCase c{1, 6, dtype};
  c.logits = HostTensor({6}, dtype, {size, size, -size, -size, NAN, HUGE_VAL});
  c.labels = HostTensor({6}, DType::i32, {1, 0, 1, 0, 1, 0});
  c.lengths.set(0, 4);
  Context::create({}, {.threads = 1})->run(c.kernel());
  const double large = c.logits[0];
  CHECK(c.losses[0] == Approx(0).margin(1e-40));
  CHECK(c.losses[1] == large);
  CHECK(c.losses[2] == large);
  CHECK(c.losses[3] == Approx(0).margin(1e-40));
  CHECK(c.dlogits[0] == 0);
  CHECK(c.dlogits[1] == 0.25);
  CHECK(c.dlogits[2] == -0.25);
  CHECK(c.dlogits[3] == Approx(0).margin(1e-40));
  for (const Index padding : {4, 5}) {
    CHECK(c.losses[padding] == 0);
    CHECK(c.dlogits[padding] == 0);
  }
}

TEST_CASE("the replaced-token loss refuses what does not fit", "[kernel][replaced_token_loss]") {
  const auto context = Context::create({}, {.threads = 1});
  LossCase loss{2, 3, DType::bf16};
  CHECK_THROWS_WITH(context->run(loss.kernel()),
                    Contains("replaced_token_loss: expected f32 or f64 logits"));
}

}  // namespace electra
