#include "electra/pretrain/objectives.h"

#include <array>
#include <string>

#include "electra/core/error.h"
#include "electra/pretrain/objectives/masked_language_model.h"
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
    {"masked_language_model", make<MaskedLanguageModel>},
});

const Row& row_of(std::string_view wanted) {
  std::string names;
  for (const Row& row : objectives) {
    if (row.name == wanted) return row;
    names += (names.empty() ? "" : ", ") + std::string(row.name);
  }
  throw ConfigError("objective: expected " + names + ", found \"" + std::string(wanted) + "\"");
}

}  // namespace

std::unique_ptr<Objective> make_objective(ParameterStore& store, const PretrainConfig& config,
                                          const SpecialIds& special) {
  return row_of(config.objective).make(store, config, special);
}

void check_objective(std::string_view name) { (void)row_of(name); }

}  // namespace electra
