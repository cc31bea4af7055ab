/// Writes a model with first weights for each head that fine-tuning has, and says what it makes of
/// sequences of ids.
///
///   hugging_face_heads OUT [DIRECTORY …] < sequences
///
/// OUT/NAME is a directory as fine-tuning leaves it; other directories are read, too. Each line of
/// input is a JSON array of ids; each line of output is {NAME: [[…] of each row of the answer]}, of
/// other directories by their last name.

#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>

#include "electra/core/context.h"
#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/stored_head.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/models/text_model.h"
#include "formats/sentence_modules.h"

namespace {

using namespace electra;

Vocabulary vocabulary() {
  std::vector<std::string> tokens{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    tokens.emplace_back(1, letter);
    tokens.push_back(std::string("##") + letter);
  }
  return Vocabulary::from_tokens(tokens);
}

NetworkConfig network() {
  return {.vocabulary = vocabulary().size(),
          .embedding = 12,
          .hidden = 24,
          .layers = 2,
          .heads = 2,
          .intermediate = 40,
          .positions = 32};
}

struct NamedHead {
  std::string name;
  StoredHead head;
};
std::vector<NamedHead> heads() {
  std::vector<NamedHead> all{
      {"classify",
       {.kind = "class", .task = "classify", .labels = {"x", "y", "z"}, .config = {.outputs = 3}}},
      {"multilabel",
       {.kind = "class", .task = "multilabel", .labels = {"x", "y"}, .config = {.outputs = 2}}},
      {"regress", {.kind = "class", .task = "regress", .config = {.outputs = 1}}},
      {"tag",
       {.kind = "tagging", .task = "tag", .labels = {"B", "I", "O"}, .config = {.outputs = 3}}},
      {"answer", {.kind = "question", .task = "answer", .config = {.outputs = 2}}}};
  for (const Pooling pooling : {Pooling::cls, Pooling::mean, Pooling::max})
    all.push_back({"embed_" + std::string(enum_names(pooling)[static_cast<std::size_t>(pooling)]),
                   {.kind = "embedding", .task = "embed", .config = {.pooling = pooling}}});
  return all;
}

/// With first weights, and as fine-tuning leaves it.
void write_model(const std::filesystem::path& directory, const StoredHead& head) {
  const auto context = Context::create({});
  ParameterStore store;
  const TextModel model(store, network(), head_kind(head.kind), head.config);
  store.allocate(*context, Precision::f32);
  store.initialise(7, 0.3F);
  save_network(directory, model.parts(), store, 0, &head);
  save_tokenizer(directory, vocabulary(), {}, network().positions);
  if (head.task == "embed")
    save_sentence_modules(directory, head.config, network().hidden, network().positions);
}

/// The model of a directory.
class Model {
 public:
  explicit Model(const std::filesystem::path& directory) {
    const StoredHead head = read_head(directory);
    outputs_ = head.config.outputs;
    model_.emplace(store_, read_network_config(directory), head_kind(head.kind), head.config);
    store_.allocate(*context_, Precision::f32);
    (void)load_network(directory, model_->parts(), store_,
                       head.task == "embed" ? HeadWeights::if_stored : HeadWeights::required);
  }

  [[nodiscard]] nlohmann::json answer(const std::vector<std::int32_t>& ids) {
    arena_.reset();
    const Index length = std::ssize(ids);
    const auto upload = [&](const std::vector<std::int32_t>& values) {
      const TensorView view = arena_.allocate({std::ssize(values)}, DType::i32);
      to_device(*context_, values, view);
      return view;
    };
    Pass pass{.context = *context_,
              .arena = arena_,
              .rows = {.batch = 1,
                       .length = length,
                       .lengths = upload({static_cast<std::int32_t>(length)})},
              .mode = Mode::inference};
    const TensorView found =
        model_->answer(pass, upload(ids), upload(std::vector<std::int32_t>(ids.size())));
    const std::vector<float> values = to_host_f32(*context_, found);
    const Index width = outputs_ > 0 ? outputs_ : found.width();
    nlohmann::json rows = nlohmann::json::array();
    for (auto at = values.begin(); at != values.end(); at += found.width())
      rows.push_back(std::vector<float>(at, at + width));
    return rows;
  }

 private:
  Index outputs_ = 0;
  std::unique_ptr<Context> context_ = Context::create({});
  ParameterStore store_;
  std::optional<TextModel> model_;
  Arena arena_{*context_};
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: hugging_face_heads OUT [DIRECTORY ...]\n");
    return 2;
  }
  try {
    std::vector<std::pair<std::string, std::unique_ptr<Model>>> models;
    std::vector<std::filesystem::path> directories(argv + 2, argv + argc);
    for (const NamedHead& each : heads()) {
      directories.push_back(std::filesystem::path(argv[1]) / each.name);
      write_model(directories.back(), each.head);
    }
    for (const auto& directory : directories)
      models.emplace_back(directory.filename().string(), std::make_unique<Model>(directory));
    for (std::string line; std::getline(std::cin, line);) {
      const auto ids = nlohmann::json::parse(line).get<std::vector<std::int32_t>>();
      nlohmann::json answers;
      for (const auto& [name, model] : models) answers[name] = model->answer(ids);
      std::printf("%s\n", answers.dump().c_str());
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hugging_face_heads: %s\n", error.what());
    return 1;
  }
}
