#include "electra/core/instruction_set.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/kernels/packed_linear.h"

using namespace electra;

TEST_CASE("the chosen instruction set has the units that kernels use", "[core][instruction_set]") {
  const InstructionSet set = instruction_set();
  CHECK(has_unit_for(WeightFormat::f32));
  CHECK(has_unit_for(WeightFormat::int8) == (set >= InstructionSet::avx512_vnni));
  CHECK(has_unit_for(WeightFormat::bf16) == (set >= InstructionSet::avx512_bf16));
}
