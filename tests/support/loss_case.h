#pragma once

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "support/near.h"

namespace electra::test {

/// A loss is the same with its gradient apart, in its input's place or left out, on any number of
/// threads. `whole`: a case of it, prepared, whose kernel() refers to its tensors; `input`, its
/// `gradient` and the kernel's `slot` for that.
template <class Case, class Kernel>
void check_ways_to_run(const Case& whole, HostTensor Case::*input, HostTensor Case::*gradient,
                       TensorView Kernel::*slot) {
  Case apart = whole, in_place = whole, without = whole;
  const auto same_as_apart = [&](const Case& other) {
    CHECK(other.losses == apart.losses);
    if constexpr (requires { other.right; }) CHECK(other.right == apart.right);
  };
  Context::create({}, {.threads = 1})->run(apart.kernel());
  Kernel kernel = in_place.kernel();
  kernel.*slot = in_place.*input;
  Context::create({}, {.threads = 3})->run(kernel);
  CHECK(in_place.*input == apart.*gradient);
  same_as_apart(in_place);
  kernel = without.kernel();
  kernel.*slot = {};
  Context::create({}, {.threads = 2})->run(kernel);
  same_as_apart(without);
}

}  // namespace electra::test
