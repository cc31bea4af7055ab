#include "electra/formats/stored_head.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/models/heads.h"
#include "formats/config_file.h"
#include "formats/stored_head_json.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// An ELECTRA's and a BERT's name of one architecture.
std::string electra_name(const std::string& architecture) {
  const std::string_view bert = "Bert";
  return architecture.starts_with(bert) ? "Electra" + architecture.substr(bert.size())
                                        : architecture;
}

const HeadKind& kind_of(const ConfigFile& file, const Json& own) {
  if (own.contains("head") && own["head"].is_string())
    return head_kind(own["head"].get<std::string>());
  const std::string name = file.architecture();
  if (name.empty()) return head_kind("embedding");
  if (name == "BertForSequenceClassification")
    file.fail("architectures", "a head that is not BERT's pooler and a linear layer");
  std::string all;
  for (const HeadKind& kind : head_kinds()) {
    if (kind.architecture == electra_name(name)) return kind;
    all += (all.empty() ? "" : ", ") + std::string(kind.architecture);
  }
  file.fail("architectures", "one of " + all);
}

/// transformers: LABEL_0 and LABEL_1 where a file says nothing.
std::vector<std::string> labels_of(const ConfigFile& file) {
  const Json names = file.object("id2label");
  if (names.empty()) {
    std::vector<std::string> labels;
    for (Index i = 0; i < file.integer("num_labels", 2); ++i)
      labels.push_back("LABEL_" + std::to_string(i));
    return labels;
  }
  std::vector<std::string> labels(names.size());
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto found = names.find(std::to_string(i));
    if (found == names.end() || !found->is_string())
      file.fail("id2label", "a name for each id from 0 to " + std::to_string(labels.size() - 1));
    labels[i] = found->get<std::string>();
  }
  return labels;
}

std::string task_of(const ConfigFile& file, const StoredHead& head) {
  if (head.kind == "tagging") return "tag";
  if (head.kind == "question") return "answer";
  if (head.kind == "embedding") return "embed";
  if (head.kind != "class" && head.kind != "linear_class") return "";
  const std::string problem = file.text("problem_type", "");
  if (problem == "regression" || (problem.empty() && head.labels.size() == 1)) return "regress";
  if (problem == "multi_label_classification") return "multilabel";
  if (problem.empty() || problem == "single_label_classification") return "classify";
  file.fail("problem_type",
            "regression, single_label_classification or multi_label_classification");
}

/// A key of "libelectra", which only this library writes.
template <class T>
T own_value(const ConfigFile& file, const Json& own, const char* key, T otherwise) {
  if (!own.contains(key)) return otherwise;
  const Json& value = own[key];
  const bool fits = std::is_same_v<T, bool>          ? value.is_boolean()
                    : std::is_same_v<T, std::string> ? value.is_string()
                    : std::is_same_v<T, Index>       ? value.is_number_integer()
                                                     : value.is_number();
  if (!fits) file.fail("libelectra", std::string("another kind of value for ") + key);
  return value.get<T>();
}

/// 1_Pooling/config.json of sentence-transformers.
void read_pooling(const fs::path& directory, HeadConfig& head) {
  const fs::path path = directory / "1_Pooling" / "config.json";
  if (!fs::exists(path)) return;
  const Json json = parse_json_object(read_file(path), path.string());
  constexpr auto modes =
      std::to_array<std::pair<const char*, Pooling>>({{"pooling_mode_cls_token", Pooling::cls},
                                                      {"pooling_mode_mean_tokens", Pooling::mean},
                                                      {"pooling_mode_max_tokens", Pooling::max}});
  int found = 0;
  for (const auto& [key, pooling] : modes)
    if (json.contains(key) && json[key].is_boolean() && json[key].get<bool>()) {
      head.pooling = pooling;
      ++found;
    }
  if (json.contains("pooling_mode") && json["pooling_mode"].is_string() && found == 0) {
    const auto name = json["pooling_mode"].get<std::string>();
    const auto names = enum_names(Pooling{});
    const auto at = std::ranges::find(names, name);
    if (at != names.end()) {
      head.pooling = static_cast<Pooling>(at - names.begin());
      ++found;
    }
  }
  if (found != 1)
    throw IoError(path.string() + ": pooling_mode: expected one of cls, mean and max, found " +
                  json.dump());
}

/// modules.json of sentence-transformers lists what is done with a vector.
void read_modules(const fs::path& directory, HeadConfig& head) {
  const fs::path path = directory / "modules.json";
  if (!fs::exists(path)) return;
  read_pooling(directory, head);
  const Json modules = parse_json(read_file(path), path.string());
  if (!modules.is_array()) throw IoError(path.string() + ": expected a list of modules");
  head.normalise = false;
  for (const Json& module : modules) {
    const std::string type =
        module.is_object() && module.contains("type") && module["type"].is_string()
            ? module["type"].get<std::string>()
            : "";
    const std::string name = type.substr(type.find_last_of('.') + 1);
    if (name == "Normalize")
      head.normalise = true;
    else if (name != "Transformer" && name != "Pooling")
      throw IoError(path.string() + ": type: expected Transformer, Pooling or Normalize, found " +
                    module.dump());
  }
}

}  // namespace

StoredHead read_head(const fs::path& directory) {
  const ConfigFile file(directory);
  const Json own = file.object("libelectra");
  StoredHead head;
  head.kind = kind_of(file, own).name;
  const bool labelled = head.kind == "class" || head.kind == "linear_class" ||
                        head.kind == "tagging" || head.kind == "question";
  if (labelled) head.labels = labels_of(file);
  head.config.outputs = static_cast<Index>(head.labels.size());
  head.config.dropout = file.number("classifier_dropout", file.number("hidden_dropout_prob", 0.1F));
  if (head.kind == "embedding") read_modules(directory, head.config);
  head.task = own_value(file, own, "task", task_of(file, head));
  if (head.task == "regress" || head.task == "answer") head.labels.clear();
  head.pairs = own_value(file, own, "pairs", false);
  head.length = own_value(file, own, "length", Index{0});
  head.stride = own_value(file, own, "stride", Index{0});
  head.unanswerable = own_value(file, own, "unanswerable", false);
  head.null_threshold = own_value(file, own, "null_threshold", 0.0);
  return head;
}

void add_head(const StoredHead& head, OrderedJson& json) {
  OrderedJson ids = OrderedJson::object(), names = OrderedJson::object();
  for (std::size_t i = 0; i < head.labels.size(); ++i) {
    names[std::to_string(i)] = head.labels[i];
    ids[head.labels[i]] = i;
  }
  if (head.task == "regress") {
    names["0"] = "LABEL_0";
    ids["LABEL_0"] = 0;
  }
  if (!names.empty()) {
    json["id2label"] = names;
    json["label2id"] = ids;
  }
  if (head.task == "classify") json["problem_type"] = "single_label_classification";
  if (head.task == "multilabel") json["problem_type"] = "multi_label_classification";
  if (head.task == "regress") json["problem_type"] = "regression";
  json["classifier_dropout"] = head.config.dropout;
  OrderedJson own{{"task", head.task}, {"head", head.kind}, {"pairs", head.pairs}};
  if (head.length > 0) own["length"] = head.length;
  if (head.task == "answer") {
    own["stride"] = head.stride;
    own["unanswerable"] = head.unanswerable;
    own["null_threshold"] = head.null_threshold;
  }
  json["libelectra"] = own;
}

}  // namespace electra
