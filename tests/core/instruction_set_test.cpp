#include "electra/core/instruction_set.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/kernels/packed_linear.h"

using namespace electra;

TEST_CASE("the instruction set that is named has the units that the library uses",
          "[core][instruction_set]") {
  const std::string named(instruction_set());
  CHECK_FALSE(named.empty());
  CHECK(has_unit_for(WeightFormat::f32));
  CHECK(has_unit_for(WeightFormat::int8) == (named.find("VNNI") != named.npos));
  if (named.find("bf16") != named.npos) CHECK(has_unit_for(WeightFormat::bf16));
}
