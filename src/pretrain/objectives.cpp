#include "electra/pretrain/objectives.h"

#include <array>
#include <string>

#include "electra/core/error.h"
#include "electra/pretrain/objectives/replaced_token_detection.h"

namespace electra {

namespace {

template <class O>
std::unique_ptr<Objective> make(ParameterStore& store, const PretrainConfig& config,
                                const SpecialIds& special) {
  return std::make_unique<O>(store, config, special);
}

struct Row {
  std::string_view name;
  std::unique_ptr<Objective> (*make)(ParameterStore&, const PretrainConfig&, const SpecialIds&);
};

constexpr auto objectives = std::to_array<Row>({
    {"replaced_token_detection", make<ReplacedTokenDetection>},
});

}  // namespace

std::unique_ptr<Objective> make_objective(ParameterStore& store, const PretrainConfig& config,
                                          const SpecialIds& special) {
  std::string names;
  for (const Row& row : objectives) {
    if (row.name == config.objective) return row.make(store, config, special);
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  }
  throw ConfigError("objective: expected " + names + ", found \"" + config.objective + "\"");
}

}  // namespace electra
