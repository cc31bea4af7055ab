#include "formats/sentence_modules.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "io/json.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// The keys of before version 6, each true or false, and the modes that they stand for.
constexpr auto flags = std::to_array<std::pair<const char*, const char*>>(
    {{"pooling_mode_cls_token", "cls"},
     {"pooling_mode_max_tokens", "max"},
     {"pooling_mode_mean_tokens", "mean"},
     {"pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens"},
     {"pooling_mode_weightedmean_tokens", "weightedmean"},
     {"pooling_mode_lasttoken", "lasttoken"}});

[[noreturn]] void refuse_pooling(const fs::path& file, const Json& json) {
  throw IoError(file.string() + ": pooling_mode: expected one of cls, mean and max, found " +
                json.dump());
}

/// All modes that a configuration asks for; sentence-transformers takes the mean where it asks for
/// none, and no notice of flags where the newer key is there.
std::vector<std::string> pooling_modes(const fs::path& file, const Json& json) {
  std::vector<std::string> modes;
  if (const auto found = json.find("pooling_mode"); found != json.end()) {
    const Json list = found->is_array() ? *found : Json::array({*found});
    for (const Json& mode : list) {
      if (!mode.is_string()) refuse_pooling(file, json);
      modes.push_back(mode.get<std::string>());
    }
    return modes;
  }
  for (const auto& [key, mode] : flags) {
    const auto found = json.find(key);
    if (found == json.end()) continue;
    if (!found->is_boolean())
      throw IoError(file.string() + ": " + key + ": expected true or false, found " +
                    kind_of(*found));
    if (found->get<bool>()) modes.emplace_back(mode);
  }
  if (modes.empty()) modes.emplace_back("mean");
  return modes;
}

Pooling read_pooling(const fs::path& file) {
  const Json json = parse_json_object(read_file(file), file.string());
  const std::vector<std::string> modes = pooling_modes(file, json);
  const auto names = enum_names(Pooling{});
  const auto at = modes.size() == 1 ? std::ranges::find(names, modes[0]) : names.end();
  if (at == names.end()) refuse_pooling(file, json);
  return static_cast<Pooling>(at - names.begin());
}

/// What is done with a text, in order, and in which folder each part is told of.
constexpr std::string_view normalize = "Normalize";
constexpr auto written_modules = std::to_array<std::pair<const char*, std::string_view>>(
    {{"", "Transformer"}, {"1_Pooling", "Pooling"}, {"2_Normalize", normalize}});

fs::path modules_of(const fs::path& directory) { return directory / "modules.json"; }

void write_json(const fs::path& file, const OrderedJson& json) {
  write_file(file, json.dump(2) + "\n");
}

/// A string of a module; empty if it is not there.
std::string text_of(const Json& module, const char* key) {
  if (!module.is_object()) return {};
  const auto found = module.find(key);
  return found != module.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

bool has_sentence_modules(const fs::path& directory) { return fs::exists(modules_of(directory)); }

void read_sentence_modules(const fs::path& directory, HeadConfig& head) {
  if (!has_sentence_modules(directory)) return;
  const fs::path path = modules_of(directory);
  const Json modules = parse_json(read_file(path), path.string());
  if (!modules.is_array())
    throw IoError(path.string() + ": expected a list of modules, found " + kind_of(modules));
  head.normalise = false;
  for (const Json& module : modules) {
    const std::string type = text_of(module, "type");
    const std::string name = type.substr(type.find_last_of('.') + 1);
    if (name == "Pooling")
      head.pooling = read_pooling(directory / text_of(module, "path") / "config.json");
    else if (name == "Normalize")
      head.normalise = true;
    else if (name != "Transformer")
      throw IoError(path.string() + ": type: expected Transformer, Pooling or Normalize, found " +
                    module.dump());
  }
}

void save_sentence_modules(const fs::path& directory, const HeadConfig& head, Index width,
                           Index length) {
  OrderedJson modules = OrderedJson::array();
  for (const auto& [folder, name] : written_modules) {
    if (name == normalize && !head.normalise) continue;
    make_folders(directory / folder);
    const std::string number = std::to_string(modules.size());
    modules.push_back({{"idx", modules.size()},
                       {"name", number},
                       {"path", folder},
                       {"type", "sentence_transformers.models." + std::string(name)}});
  }
  OrderedJson modes{{"word_embedding_dimension", width}};
  const auto names = enum_names(head.pooling);
  for (const auto& [key, mode] : flags)
    if (const auto at = std::ranges::find(names, std::string_view(mode)); at != names.end())
      modes[key] = at - names.begin() == static_cast<std::ptrdiff_t>(head.pooling);
  write_json(directory / "1_Pooling" / "config.json", modes);
  write_json(directory / "sentence_bert_config.json",
             {{"max_seq_length", length}, {"do_lower_case", false}});
  write_json(modules_of(directory), modules);
}

}  // namespace electra
