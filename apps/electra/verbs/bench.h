#pragma once

#include "verbs.h"

namespace electra {

/// electra bench.
[[nodiscard]] Verb bench_verb();

}  // namespace electra
