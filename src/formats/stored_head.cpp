#include "electra/formats/stored_head.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "electra/core/error.h"
#include "electra/models/heads.h"
#include "formats/config_file.h"
#include "formats/sentence_modules.h"
#include "formats/stored_head_json.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// The name that an ELECTRA with the head of a BERT has. What BertForPreTraining has beside a
/// masked-language model is left out.
std::string electra_name(const std::string& architecture) {
  if (architecture == "BertForPreTraining") return "ElectraForMaskedLM";
  const std::string_view bert = "Bert";
  return architecture.starts_with(bert) ? "Electra" + architecture.substr(bert.size())
                                        : architecture;
}

const HeadKind* find_kind(std::string_view HeadKind::*key, std::string_view value) {
  const auto found = std::ranges::find(head_kinds(), value, key);
  return found == head_kinds().end() ? nullptr : &*found;
}

/// "class, tagging": of every head.
std::string all_of(std::string_view HeadKind::*key) {
  std::string all;
  for (const HeadKind& kind : head_kinds()) {
    if (!all.empty()) all += ", ";
    all += kind.*key;
  }
  return all;
}

const HeadKind& kind_of(const ConfigFile& file, const Json& own) {
  if (own.contains("head")) {
    const Json& name = own["head"];
    const HeadKind* kind =
        name.is_string() ? find_kind(&HeadKind::name, name.get<std::string>()) : nullptr;
    if (kind == nullptr) file.fail("libelectra", "for head one of " + all_of(&HeadKind::name));
    return *kind;
  }
  const std::string name = file.architecture();
  if (name.empty()) return head_kind("embedding");
  for (const std::string& known : {name, electra_name(name)})
    if (const HeadKind* kind = find_kind(&HeadKind::architecture, known)) return *kind;
  file.fail("architectures", "one of " + all_of(&HeadKind::architecture));
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
  if (head.kind != "class" && head.kind != "linear_class" && head.kind != "pooled_class") return "";
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
  constexpr Index largest = Index{1} << 24;
  const Json& value = own[key];
  bool fits = value.is_number();
  if constexpr (std::is_same_v<T, bool>) fits = value.is_boolean();
  if constexpr (std::is_same_v<T, std::string>) fits = value.is_string();
  if constexpr (std::is_same_v<T, Index>)
    fits = value.is_number_unsigned() && value.get<std::uint64_t>() <= largest;
  if (!fits) file.fail("libelectra", std::string("another kind of value for ") + key);
  return value.get<T>();
}

/// How vectors are made, as this library writes it; what sentence-transformers' files say decides.
void read_pooling(const ConfigFile& file, const Json& own, HeadConfig& head) {
  const auto names = enum_names(Pooling{});
  const auto pooling = static_cast<std::size_t>(head.pooling);
  const auto at =
      std::ranges::find(names, own_value(file, own, "pooling", std::string(names[pooling])));
  if (at == names.end()) file.fail("libelectra", "for pooling one of cls, mean and max");
  head.pooling = static_cast<Pooling>(at - names.begin());
  head.normalise = own_value(file, own, "normalise", head.normalise);
}

bool has_labels(const HeadKind& kind) {
  return kind.name != "masked_token" && kind.name != "replaced_token" && kind.name != "embedding";
}

/// A task that transformers has, too, needs a head of its kind; whoever opens a model knows what
/// other tasks there are.
void check_task(const ConfigFile& file, const StoredHead& head, const HeadKind& kind) {
  const bool of_texts = has_labels(kind) && kind.answers == HeadKind::Answers::every_text;
  const std::string& task = head.task;
  const bool asks_text = task == "classify" || task == "multilabel" || task == "regress";
  const bool fits = asks_text          ? of_texts
                    : task == "tag"    ? has_labels(kind) && !of_texts
                    : task == "answer" ? kind.name == "question"
                    : task == "embed"  ? kind.name == "embedding"
                                       : true;
  if (!fits) file.fail("libelectra", "a head for the task " + task);
  const std::size_t outputs = head.labels.size();
  if (task == "regress" && outputs != 1) file.fail("id2label", "one label of a number");
  if (kind.name == "question" && outputs != 2) file.fail("id2label", "2 labels, start and end");
}

}  // namespace

StoredHead read_head(const fs::path& directory) {
  const ConfigFile file(directory);
  const Json own = file.object("libelectra");
  StoredHead head;
  const HeadKind& kind = kind_of(file, own);
  head.kind = kind.name;
  if (has_labels(kind)) head.labels = labels_of(file);
  head.config.outputs = static_cast<Index>(head.labels.size());
  head.config.dropout = file.number("classifier_dropout", file.number("hidden_dropout_prob", 0.1F));
  if (head.kind == "embedding") {
    read_pooling(file, own, head.config);
    read_sentence_modules(directory, head.config);
  }
  head.task = own_value(file, own, "task", task_of(file, head));
  check_task(file, head, kind);
  if (head.task == "regress" || head.task == "answer") head.labels.clear();
  head.pairs = own_value(file, own, "pairs", false);
  head.length = own_value(file, own, "length", Index{0});
  head.stride = own_value(file, own, "stride", Index{0});
  head.unanswerable = own_value(file, own, "unanswerable", false);
  head.null_threshold = own_value(file, own, "null_threshold", 0.0);
  head.max_answer_length = own_value(file, own, "max_answer_length", head.max_answer_length);
  if (head.max_answer_length < 1)
    throw IoError((directory / "config.json").string() +
                  ": libelectra.max_answer_length: expected 1 or more, found 0");
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
  if (head.kind == "embedding") {
    own["pooling"] = enum_names(head.config.pooling)[static_cast<std::size_t>(head.config.pooling)];
    own["normalise"] = head.config.normalise;
  }
  if (head.task == "answer") {
    own["stride"] = head.stride;
    own["unanswerable"] = head.unanswerable;
    own["null_threshold"] = head.null_threshold;
    own["max_answer_length"] = head.max_answer_length;
  }
  json["libelectra"] = own;
}

}  // namespace electra
