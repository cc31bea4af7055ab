#pragma once

#include <span>
#include <string>

#include "verbs.h"

namespace electra {

/// A script by which bash completes verbs, their options, and what stands for arguments and values.
[[nodiscard]] std::string bash_completion(std::span<const Verb> verbs);

}  // namespace electra
