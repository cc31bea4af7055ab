#include "electra/pretrain/request.h"

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/config.h"
#include "electra/pretrain/presets.h"
#include "electra/pretrain/resumption.h"

namespace electra {

namespace {

bool names_preset(const std::string& assignment) {
  return preset_in_assignment(PretrainConfig::preset_keys, assignment).has_value();
}

void check_steps(const PretrainRequest& request) {
  if (request.steps) check_range("--steps", *request.steps, from(0));
}

/// What the request makes of a preset, scaled to so many steps, if any.
PretrainConfig built(const PretrainRequest& request, const std::string& preset,
                     std::optional<Index> steps) {
  PretrainConfig config = pretrain_preset(preset.empty() ? default_preset : preset);
  if (!request.config_file.empty()) config = config_from_file(request.config_file, config);
  if (!request.corpus.empty()) config.data.corpus = request.corpus;
  if (request.seed) config.seed = *request.seed;
  if (steps) config = with_steps(config, *steps);
  for (const std::string& assignment : request.assignments)
    if (!names_preset(assignment)) config = with_assignment(config, assignment);
  return config;
}

/// Takes values over into the configuration of a run.
struct Named {
  PretrainConfig from, to;

  void take(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) to = with_field_of(to, from, path);
  }
  void take_file(const std::filesystem::path& file) {
    if (file.empty()) return;
    PretrainConfig any;
    take(set_from_json(fields_of(any), read_file(file), file.string()));
  }
  void take_assignments(const std::vector<std::string>& assignments) {
    PretrainConfig any;
    for (const std::string& assignment : assignments)
      if (!names_preset(assignment)) take(set_from_assignment(fields_of(any), assignment));
  }
  /// The sizes of a preset, for a run that does not know its preset's name.
  void take_model() {
    for (const ConfigField& field : fields_of(from))
      if (field.path.starts_with("model.") && field.path != "model.preset") take({field.path});
  }
};

}  // namespace

std::string preset_of(const PretrainRequest& request) {
  std::vector<std::string> names;
  if (!request.preset.empty()) names.push_back(request.preset);
  for (const std::string& assignment : request.assignments)
    if (const auto name = preset_in_assignment(PretrainConfig::preset_keys, assignment))
      names.push_back(*name);
  if (!request.config_file.empty())
    if (const auto name =
            preset_in_json(PretrainConfig::preset_keys, read_file(request.config_file),
                           request.config_file.string()))
      names.push_back(*name);
  for (const std::string& name : names)
    if (name != names.front())
      throw ConfigError("preset: expected one, found " + names.front() + " and " + name);
  return names.empty() ? std::string() : names.front();
}

PretrainConfig configuration_of(const PretrainRequest& request) {
  check_steps(request);
  return built(request, preset_of(request), request.steps);
}

PretrainConfig resumed_configuration_of(const PretrainRequest& request, const RunFolder& folder) {
  check_steps(request);
  const RunOrigin before = origin_of(folder);
  const std::string preset = preset_of(request);
  const auto scaled = request.steps ? std::optional(before.asked.train.steps) : std::nullopt;
  Named named{.from = built(request, preset.empty() ? before.preset : preset, scaled),
              .to = config_from_file<PretrainConfig>(folder.config())};
  if (!preset.empty() && before.preset.empty() && named.from.initialize.discriminator.empty())
    named.take_model();
  named.take_file(request.config_file);
  if (!request.corpus.empty()) named.take({"data.corpus"});
  if (request.seed) named.take({"seed"});
  if (request.steps) named.to.train.steps = *request.steps;
  named.take_assignments(request.assignments);
  return named.to;
}

}  // namespace electra
