#include "verbs/info.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "electra/core/build_config.h"
#include "electra/core/checksum.h"
#include "electra/core/instruction_set.h"
#include "electra/core/quantity_text.h"
#include "electra/data/unicode.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/formats/stored_head.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/formats/weights.h"
#include "electra/io/config.h"
#include "electra/models/text_model.h"
#include "model_options.h"
#include "output.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of any model", .required = true},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Opens the model as the other verbs do. Output is a line for each fact, its name and value\n"
    "between a tab; or one object with --json: directory, architecture, head (kind, task, labels\n"
    "and how it was trained), parameters, network (its sizes), tokenizer, limit (tokens of a "
    "text,\n"
    "and which file says so), weights (each file's bytes and CRC-32C), precision, weight_bytes "
    "(in\n"
    "memory), isa, library.";

constexpr std::string_view example_lines =
    "  electra info out/pretrain_small/discriminator\n"
    "  electra info out/sentiment --precision bf16 --json";

template <class E>
std::string name_of(E value) {
  return std::string(enum_names(value)[static_cast<std::size_t>(value)]);
}

Json head_of(const StoredHead& head) {
  Json object{{"kind", head.kind}};
  if (!head.task.empty()) object["task"] = head.task;
  if (!head.labels.empty()) object["labels"] = head.labels;
  if (head.pairs) object["pairs"] = true;
  if (head.length > 0) object["length"] = head.length;
  if (head.task == "answer" && head.length > 0) {
    object["stride"] = head.stride;
    object["unanswerable"] = head.unanswerable;
    object["null_threshold"] = head.null_threshold;
    object["max_answer_length"] = head.max_answer_length;
  }
  if (head.kind == "embedding") {
    object["pooling"] = name_of(head.config.pooling);
    object["normalise"] = head.config.normalise;
  }
  return object;
}

Index parameters_of(const NetworkConfig& config, const StoredHead& head) {
  ParameterStore store;
  const TextModel model(store, config, head_kind(head.kind), head.config);
  return store.parameter_count();
}

Json network_of(const NetworkConfig& config) {
  Json object{{"vocabulary", config.vocabulary}};
  object.update(Json::parse(config_to_json(config, JsonLayout::compact)));
  return object;
}

bool strips_accents(const WordpieceOptions& text) {
  const bool may = text.compat == Compat::hf || text.lower_case;
  return may && text.strip_accents.value_or(text.lower_case);
}

Json tokenizer_of(const std::string& directory) {
  const StoredTokenizer tokenizer = load_tokenizer(directory);
  const WordpieceOptions& text = tokenizer.options;
  Json object{{"file", tokenizer.vocabulary.source()}, {"vocabulary", tokenizer.vocabulary.size()},
              {"compat", name_of(text.compat)},        {"lower_case", text.lower_case},
              {"strip_accents", strips_accents(text)}, {"added", Json::array()}};
  for (const AddedToken& token : tokenizer.added)
    object["added"].push_back(
        {{"token", well_formed(token.content)}, {"id", token.id}, {"special", token.special}});
  return object;
}

std::string checksum_of(const MappedFile& file) {
  std::array<char, 9> text{};
  std::snprintf(text.data(), text.size(), "%08x", crc32c(file.bytes()));
  return text.data();
}

/// The files of the weights, and the types of what they hold.
Json weights_of(const std::string& directory) {
  TensorSource source = open_weights(directory);
  std::set<std::string> types;
  for (const StoredTensor& tensor : source.tensors())
    types.insert(std::string(to_string(tensor.dtype)));
  Json object{{"tensors", source.tensors().size()}, {"types", types}, {"files", Json::array()}};
  for (const MappedFile& file : std::move(source).files()) {
    object["files"].push_back({{"file", file.path().string()},
                               {"bytes", file.bytes().size()},
                               {"crc32c", checksum_of(file)}});
    file.release(file.bytes());
  }
  return object;
}

Json facts_of(const std::string& directory, const Arguments& arguments) {
  const Engine engine = open_engine(directory, arguments);
  say_precision(engine);
  const StoredHead head = read_head(directory);
  return {{"directory", directory},
          {"architecture", architecture_of(directory)},
          {"head", head_of(head)},
          {"parameters", parameters_of(engine.config(), head)},
          {"network", network_of(engine.config())},
          {"tokenizer", tokenizer_of(directory)},
          {"limit", {{"tokens", engine.limit().tokens}, {"source", engine.limit().source}}},
          {"weights", weights_of(directory)},
          {"precision", name_of(engine.precision())},
          {"weight_bytes", engine.weight_bytes()},
          {"isa", to_string(instruction_set())},
          {"library",
           {{"version", version},
            {"cuda", built_with_cuda},
            {"nccl", built_with_nccl},
            {"unicode", unicode_version()}}}};
}

/// Numbers, texts and lists of them as people read them.
std::string shown(const Json& value) {
  if (value.is_string()) return text_cell(value.get<std::string>());
  if (value.is_boolean()) return value.get<bool>() ? "yes" : "no";
  if (value.is_number_integer()) return count_text(value.get<Index>());
  if (!value.is_array()) return value.dump();
  std::string all;
  for (const Json& one : value) {
    const std::string text = one.is_object() ? shown(one.items().begin().value()) : shown(one);
    all += (all.empty() ? "" : ", ") + text;
  }
  return all;
}

void print_facts(const Json& object, const std::string& before = "") {
  for (const auto& [key, value] : object.items()) {
    const std::string name = before + key;
    if (key == "files")
      for (const Json& file : value) print_facts(file, before);
    else if (value.is_object())
      print_facts(value, name + " ");
    else
      print_line(name + "\t" + shown(value));
  }
}

int info(const Arguments& arguments) {
  const Json facts = facts_of(arguments.text("DIR"), arguments);
  if (arguments.has("--json"))
    print_json(facts);
  else
    print_facts(facts);
  flush_results();
  return 0;
}

}  // namespace

Verb info_verb() {
  return {"info",        "what a model's directory holds, and what computes it",
          options,       forms,
          example_lines, info};
}

}  // namespace electra
