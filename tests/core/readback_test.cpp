#include "electra/core/readback.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "electra/core/context.h"

using namespace electra;

// That of a GPU: cuda/cuda_context_test.cpp.
TEST_CASE("a readback keeps what was there when it was asked for", "[readback]") {
  const auto context = Context::create({});
  std::int32_t number = 3;
  const TensorView view(&number, {1}, DType::i32);
  const auto readback = context->make_readback(4);
  const auto seen = [&] {
    std::int32_t value = 0;
    REQUIRE(readback->wait().size() == sizeof value);
    std::memcpy(&value, readback->wait().data(), sizeof value);
    return value;
  };
  readback->fetch(view);
  number = 4;
  CHECK(seen() == 3);
  readback->fetch(view);
  CHECK(seen() == 4);
}
