#include "electra/core/checker.h"

#include <catch2/catch.hpp>
#include <vector>

#include "electra/core/context.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

struct Fixture {
  std::vector<float> memory = std::vector<float>(6);
  TensorView view{memory.data(), {3, 2}, DType::f32};
  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  Checker checker{"toy", *context, Where::here()};
};

}  // namespace

TEST_CASE("a checker names kernel, argument, expectation, finding and line", "[checker]") {
  const Fixture f;
  CHECK_NOTHROW(f.checker.tensor("x", f.view, {3, 2}, DType::f32));
  CHECK_THROWS_AS(f.checker.tensor("x", f.view, {2, 3}, DType::f32), ShapeError);
  CHECK_THROWS_WITH(f.checker.tensor("x", f.view, {2, 3}, DType::f32),
                    Contains("toy: x: expected f32 [2, 3], found f32 [3, 2]"));
  CHECK_THROWS_WITH(f.checker.tensor("x", f.view, {3, 2}, DType::bf16),
                    Contains("core/checker_test.cpp:"));
  CHECK_THROWS_WITH(f.checker.tensor("x", {}, {3, 2}, DType::f32), Contains("found nothing"));
  const TensorView elsewhere(f.view.raw(), {3, 2}, DType::f32, {DeviceType::cuda, 1});
  CHECK_THROWS_WITH(f.checker.tensor("x", elsewhere, {3, 2}, DType::f32),
                    Contains("expected on cpu, found on cuda:1"));
}

TEST_CASE("a tensor of no elements needs no memory, but its shape", "[checker]") {
  const Fixture f;
  const ConstTensorView none(nullptr, {0, 2}, DType::f32);
  CHECK_NOTHROW(f.checker.tensor("x", none, {0, 2}, DType::f32));
  CHECK_THROWS_WITH(f.checker.tensor("x", none, {0, 3}, DType::f32),
                    Contains("x: expected f32 [0, 3], found f32 [0, 2]"));
}

TEST_CASE("what is optional may be absent, and is checked if it is there", "[checker]") {
  const Fixture f;
  CHECK_NOTHROW(f.checker.optional("x", {}, {3, 2}, DType::f32));
  CHECK_NOTHROW(f.checker.optional("x", f.view, {3, 2}, DType::f32));
  CHECK_THROWS_WITH(f.checker.optional("x", f.view, {6}, DType::f32),
                    Contains("x: expected f32 [6], found f32 [3, 2]"));
}

TEST_CASE("floating is every dtype but integers, of any shape", "[checker]") {
  const Fixture f;
  for (const DType dtype : {DType::f32, DType::bf16, DType::f64})
    CHECK_NOTHROW(f.checker.floating("x", ConstTensorView(f.memory.data(), {1, 3}, dtype)));
  CHECK_THROWS_WITH(f.checker.floating("x", ConstTensorView(f.memory.data(), {6}, DType::i32)),
                    Contains("toy: x: expected a floating dtype, found i32 [6]"));
  CHECK_THROWS_WITH(f.checker.floating("x", ConstTensorView(nullptr, {6}, DType::f32)),
                    Contains("found nothing"));
}

TEST_CASE("a condition is refused in the words that it is given", "[checker]") {
  const Fixture f;
  CHECK_NOTHROW(f.checker.that(true, "an even width"));
  CHECK_THROWS_WITH(f.checker.that(false, "an even width"),
                    Contains("toy: expected an even width"));
}

TEST_CASE("statistics are f64 beside f64, else f32", "[checker]") {
  CHECK(wide(DType::f64) == DType::f64);
  CHECK(wide(DType::f32) == DType::f32);
  CHECK(wide(DType::bf16) == DType::f32);
}
