#pragma once

#include "verbs.h"

namespace electra {

/// electra report.
[[nodiscard]] Verb report_verb();

}  // namespace electra
