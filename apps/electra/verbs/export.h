#pragma once

#include "verbs.h"

namespace electra {

/// electra export.
[[nodiscard]] Verb export_verb();

}  // namespace electra
