#include "electra/core/host_copy.h"

#include <catch2/catch.hpp>

using namespace electra;

TEST_CASE("a tensor's elements cross to the host and back as they are", "[host_copy]") {
  const auto context = Context::create({});
  const Buffer buffer(*context, 8 * 3);
  const std::vector<std::int32_t> whole{-1, 0, 7};
  const TensorView integers = buffer.view({3}, DType::i32);
  to_device(*context, whole, integers);
  CHECK(to_host<std::int32_t>(*context, integers) == whole);
  const std::vector<float> numbers{0.1F, -2, 1e30F};
  for (const DType dtype : {DType::f32, DType::f64}) {
    const TensorView view = buffer.view({3}, dtype);
    to_device(*context, numbers, view);
    CHECK(to_host_f32(*context, view) == numbers);
    CHECK(to_host_f64(*context, view) == std::vector<double>{0.1F, -2, 1e30F});
  }
}

TEST_CASE("elements of bf16 are widened on the host", "[host_copy]") {
  const auto context = Context::create({});
  const Buffer buffer(*context, 2 * 4);
  const TensorView view = buffer.view({4}, DType::bf16);
  const std::vector<bf16> halves{to_bf16(1), to_bf16(-2.5F), to_bf16(0.1F), to_bf16(3e38F)};
  context->upload(std::as_bytes(std::span(halves)), view);
  CHECK(to_host_f32(*context, view) ==
        std::vector<float>{1, -2.5F, to_float(to_bf16(0.1F)), to_float(to_bf16(3e38F))});
  CHECK(to_host_f64(*context, view)[2] == double{to_float(to_bf16(0.1F))});
  CHECK(to_host_f64(*context, view).size() == 4);
  const std::vector<float> exact{1 + 0x1p-8F, 1 + 0x3p-8F, -2.5F, 3e38F};  // two ties
  to_device(*context, exact, view);
  CHECK(to_host_f32(*context, view) ==
        std::vector<float>{1, 1 + 0x1p-6F, -2.5F, to_float(to_bf16(3e38F))});
}
