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
