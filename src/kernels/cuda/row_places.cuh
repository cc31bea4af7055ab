#pragma once

#include "kernels/math/row_places.h"

namespace electra::cuda {

using RowPlaces = math::RowPlaces<int>;

/// Calls body.operator()<packed>() with the form of these texts. For kernels that are compiled for
/// both forms, as they have no registers to spare or their loads must overlap; others ask the
/// places as they run.
template <class Body>
void visit_form(const TextRows& rows, const Body& body) {
  if (rows.packed()) return body.template operator()<true>();
  body.template operator()<false>();
}

/// Tells the compiler the form of such a kernel's own copy of places.
template <bool packed>
__device__ void expect_form(RowPlaces& places) {
  if constexpr (packed)
    __builtin_assume(places.packed());
  else
    places.starts = nullptr;
}

}  // namespace electra::cuda
