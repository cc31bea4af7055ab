#include "electra/core/tensor.h"

#include <catch2/catch.hpp>
#include <vector>

#include "electra/core/context.h"

using namespace electra;
using Catch::Matchers::Contains;

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

TEST_CASE("a buffer that is moved from has nothing, and nothing is freed twice", "[tensor]") {
  const auto context = Context::create({});
  Buffer first(*context, 64);
  void* const data = first.data();
  Buffer second(std::move(first));
  CHECK(second.data() == data);
  CHECK(second.bytes() == 64);
  CHECK(first.data() == nullptr);
  CHECK(first.bytes() == 0);
  first = std::move(second);
  CHECK(first.data() == data);
  CHECK(first.view({16}, DType::f32).raw() == data);
}

TEST_CASE("a view without data is absent, a slice of no rows is not", "[tensor]") {
  CHECK_FALSE(ConstTensorView());
  float value = 0;
  const TensorView view(&value, {1}, DType::f32);
  CHECK(view.slice(1, 0));
  CHECK(view.slice(1, 0).size() == 0);
  CHECK(TensorView(&value, {0, 3}, DType::f32).slice(0, 0).shape() == Shape{0, 3});
  CHECK_THROWS_WITH(TensorView(&value, {}, DType::f32).slice(0, 1), Contains("no rows [0, 1)"));
  CHECK_THROWS_WITH(view.slice(-1, 1), Contains("no rows [-1, 0)"));
}
