#include <catch2/catch.hpp>
#include <iostream>

#include "core/cuda/create.h"
#include "electra/kernels/cast.h"
#include "support/host_copy.h"

using namespace electra;

// CUDA takes work for the calling thread's current device alone.
TEST_CASE("one thread works on two GPUs in turns", "[cuda][kernel][cast]") {
  if (cuda::device_count() < 2) {
    std::cout << "skipped: needs 2 GPUs, found " << cuda::device_count() << std::endl;
    return;
  }
  const auto first = Context::create({DeviceType::cuda, 0});
  const auto second = Context::create({DeviceType::cuda, 1});
  Buffer on_first(*first, 256), on_second(*second, 256);
  for (const float value : {3.0F, 4.0F}) {
    first->run(Fill{.y = on_first.view({5}, DType::f32), .value = value});
    second->run(Fill{.y = on_second.view({5}, DType::f32), .value = -value});
    CHECK(test::host_copy(*first, on_first.view({5}, DType::f32))[4] == value);
    CHECK(test::host_copy(*second, on_second.view({5}, DType::f32))[4] == -value);
  }
}
