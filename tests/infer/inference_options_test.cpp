#include "electra/infer/inference_options.h"

#include <catch2/catch.hpp>

using namespace electra;

TEST_CASE("each precision of inference has a name", "[inference_options]") {
  const auto names = enum_names(InferencePrecision{});
  REQUIRE(names.size() == 3);
  CHECK(names[static_cast<std::size_t>(InferencePrecision::f32)] == "f32");
  CHECK(names[static_cast<std::size_t>(InferencePrecision::bf16)] == "bf16");
  CHECK(names[static_cast<std::size_t>(InferencePrecision::int8)] == "int8");
}
