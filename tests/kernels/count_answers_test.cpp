#include "electra/kernels/count_answers.h"

#include <catch2/catch.hpp>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;

struct CountCase {
  Index rows;
  DType dtype;
  HostTensor losses = test::random_tensor({rows}, dtype, 1, 1, 5);
  HostTensor right = test::random_integers({rows}, 3, 2);  // less 1
  HostTensor loss{{1}, dtype, {1.5}};
  HostTensor counts{{2}, DType::i32, {7, 8}};

  CountAnswers kernel() {
    return {.losses = losses, .right = right, .loss = loss, .counts = counts};
  }
};

}  // namespace

TEST_CASE("answers are counted by what is right, wrong and not scored", "[kernel][count_answers]") {
  const auto dtype = GENERATE(DType::f32, DType::f64);
  const Index rows = GENERATE(0, 1, 37, 4000);
  CAPTURE(to_string(dtype), rows);
  CountCase c{rows, dtype};
  double sum = 1.5, scored = 7, right = 8;
  for (Index i = 0; i < rows; ++i) {
    c.right.set(i, c.right[i] - 1);
    if (c.right[i] < 0) c.losses.set(i, 0);
    sum += c.losses[i];
    scored += c.right[i] >= 0 ? 1 : 0;
    right += c.right[i] == 1 ? 1 : 0;
  }
  Context::create({}, {.threads = 2})->run(c.kernel());
  CHECK(c.loss[0] == Approx(sum).epsilon(test::unit(dtype)));
  CHECK(c.counts.values() == std::vector<double>{scored, right});
}

TEST_CASE("all rows are scored where none are said to be right", "[kernel][count_answers]") {
  CountCase c{5, DType::f32};
  CountAnswers kernel = c.kernel();
  kernel.right = {};
  Context::create({}, {.threads = 1})->run(kernel);
  CHECK(c.counts.values() == std::vector<double>{12, 8});
}

TEST_CASE("a loss of NaN makes the sum NaN", "[kernel][count_answers]") {
  CountCase c{5, DType::f32};
  c.losses.set(3, NAN);
  Context::create({}, {.threads = 1})->run(c.kernel());
  CHECK(std::isnan(c.loss[0]));
}

TEST_CASE("counting answers refuses what does not fit", "[kernel][count_answers]") {
  const auto context = Context::create({}, {.threads = 1});
  CountCase c{5, DType::f64};
  CountAnswers kernel = c.kernel();
  kernel.counts = c.right;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("count_answers: counts: expected i32 [2], found i32 [5]"));
  CountCase d{5, DType::bf16};
  CHECK_THROWS_WITH(context->run(d.kernel()),
                    Contains("count_answers: losses: expected f32 [5], found bf16 [5]"));
}

}  // namespace electra
