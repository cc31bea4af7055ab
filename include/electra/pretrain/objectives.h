#pragma once

#include <memory>
#include <string_view>

#include "electra/core/special_ids.h"
#include "electra/pretrain/config.h"
#include "electra/train/objective.h"

namespace electra {

/// The objective that the configuration names. It declares its networks' parameters in `store`,
/// which must outlive it. Throws ConfigError that lists the objectives for an unknown name.
[[nodiscard]] std::unique_ptr<Objective> make_objective(ParameterStore& store,
                                                        const PretrainConfig& config,
                                                        const SpecialIds& special);

/// Throws as make_objective does for a name that it does not know.
void check_objective(std::string_view name);

}  // namespace electra
