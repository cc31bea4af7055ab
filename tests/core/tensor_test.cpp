#include "electra/core/tensor.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "electra/core/checker.h"
#include "electra/core/context.h"

using namespace electra;
using Catch::Matchers::Contains;

TEST_CASE("a shape has at most four extents, none negative", "[tensor]") {
  CHECK(Shape{2, 3, 4}.size() == 24);
  CHECK(Shape{2, 3, 4}.rows() == 6);
  CHECK(Shape{2, 3, 4}.width() == 4);
  CHECK(Shape{}.size() == 1);
  CHECK(to_string(Shape{2, 3}) == "[2, 3]");
  CHECK_THROWS_WITH((Shape{1, 2, 3, 4, 5}), Contains("at most 4 extents, found 5"));
  CHECK_THROWS_WITH((Shape{1, -2}), Contains("not negative, found [1, -2]"));
}

TEST_CASE("bf16 rounds to nearest, ties to even, and keeps NaN and infinity", "[tensor]") {
  CHECK(to_float(to_bf16(1.0F)) == 1.0F);
  CHECK(to_bf16(1.0F + 0x1p-8F).bits == 0x3f80);            // halfway: down to even
  CHECK(to_bf16(1.0F + 0x1p-7F + 0x1p-8F).bits == 0x3f82);  // halfway: up to even
  CHECK(to_bf16(1.0F + 0x1p-8F + 0x1p-20F).bits == 0x3f81);
  CHECK(std::isinf(to_float(to_bf16(std::numeric_limits<float>::infinity()))));
  CHECK(std::isinf(to_float(to_bf16(std::numeric_limits<float>::max()))));
  CHECK(std::isnan(to_float(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(std::isnan(to_float(to_bf16(__builtin_bit_cast(float, 0x7f800001U)))));
}

TEST_CASE("views are typed, reshaped and sliced, and say what is wrong", "[tensor]") {
  std::vector<float> memory{0, 1, 2, 3, 4, 5};
  const TensorView view(memory.data(), {3, 2}, DType::f32);
  CHECK(view.slice(1, 2).span<float>()[0] == 2.0F);
  CHECK(view.reshape({6}).shape() == Shape{6});
  CHECK_THROWS_WITH(view.data<double>(), Contains("the tensor is f32, not f64"));
  CHECK_THROWS_WITH(view.data<double>(), Contains("tensor_test.cpp:"));
  CHECK_THROWS_WITH(view.reshape({5}), Contains("[3, 2] has no view of shape [5]"));
  CHECK_THROWS_WITH(view.slice(2, 2), Contains("no rows [2, 4)"));
}

TEST_CASE("a buffer refuses views that do not fit", "[tensor]") {
  const auto context = Context::create({});
  const Buffer buffer(*context, 64);
  CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 256 == 0);
  CHECK(buffer.view({4}, DType::f64, 32).bytes() == 32);
  CHECK_THROWS_WITH(buffer.view({5}, DType::f64, 32),
                    Contains("64 bytes has no room at byte 32 for f64 [5]"));
}

TEST_CASE("a checker names kernel, argument, expectation, finding and line", "[tensor]") {
  std::vector<float> memory(6);
  const TensorView view(memory.data(), {3, 2}, DType::f32);
  const auto context = Context::create({}, {.threads = 1});
  const Checker checker("toy", *context, Where::here());
  CHECK_NOTHROW(checker.tensor("x", view, {3, 2}, DType::f32));
  CHECK_THROWS_WITH(checker.tensor("x", view, {2, 3}, DType::f32),
                    Contains("toy: x: expected f32 [2, 3], found f32 [3, 2]"));
  CHECK_THROWS_WITH(checker.tensor("x", view, {3, 2}, DType::bf16), Contains("tensor_test.cpp:"));
  CHECK_THROWS_WITH(checker.tensor("x", {}, {3, 2}, DType::f32), Contains("found nothing"));
  const TensorView elsewhere(memory.data(), {3, 2}, DType::f32, {DeviceType::cuda, 1});
  CHECK_THROWS_WITH(checker.tensor("x", elsewhere, {3, 2}, DType::f32),
                    Contains("expected on cpu, found on cuda:1"));
}

TEST_CASE("devices are named and parsed", "[tensor]") {
  CHECK(to_string(choose_device("cuda:3").device) == "cuda:3");
  CHECK(choose_device("cpu").device == Device{});
  CHECK(choose_device("cpu").remark.empty());
  CHECK_THROWS_WITH(choose_device("gpu"), Contains("expected auto, cpu, cuda or cuda:N"));
  CHECK_THROWS_WITH(choose_device("cuda:-1"), Contains("found \"cuda:-1\""));
}
