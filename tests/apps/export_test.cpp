#include <set>

#include "apps/run_verb.h"
#include "apps/saved_model.h"
#include "electra/core/error.h"
#include "electra/data/wordpiece.h"
#include "electra/formats/hugging_face_config.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

std::vector<StoredHead> all_heads() {
  std::vector<StoredHead> heads{pretrained_head("replaced_token"), pretrained_head("masked_token")};
  for (const char* task : {"classify", "multilabel", "regress", "tag", "answer", "embed"})
    heads.push_back(some_head(task));
  return heads;
}

std::vector<std::int32_t> ids_of(const fs::path& directory, const std::string& text) {
  const StoredTokenizer tokenizer = load_tokenizer(directory);
  return Wordpiece(tokenizer.vocabulary, tokenizer.options).encode(text);
}

std::set<std::string> names_in(const fs::path& directory) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(directory))
    names.insert(entry.path().filename().string());
  return names;
}

std::string refusal(const std::vector<std::string>& words) {
  return message_of<ConfigError>([&] { (void)run_verb(words); });
}

}  // namespace

TEST_CASE("an export has every tensor to the bit, and reads texts as the model does",
          "[export][law]") {
  for (const StoredHead& head : all_heads()) {
    CAPTURE(head.kind, head.task);
    const TemporaryFolder folder;
    save_model(folder / "model", head, false);
    const VerbRun run = run_verb({"export", folder / "model", "--out", folder / "new" / "out"});
    CHECK(run.code == 0);
    CHECK(run.errors.empty());
    const fs::path made = folder.path() / "new" / "out";
    CHECK(tensors_in(made) == tensors_in(folder / "model"));
    CHECK(read_file(made / "config.json") == read_file(folder / "model" / "config.json"));
    for (const char* text : {"The unknown ship.", "Caf\xc3\xa9", ""})
      CHECK(ids_of(made, text) == ids_of(folder / "model", text));
    CHECK(names_in(made) == std::set<std::string>{"config.json", "model.safetensors",
                                                  "tokenizer.json", "tokenizer_config.json",
                                                  "vocab.txt"});
    CHECK(names_in(made.parent_path()) == std::set<std::string>{"out"});
  }
}

TEST_CASE("a run's export is its discriminator, once the run is finished", "[export]") {
  const TemporaryFolder folder;
  write_file(folder / "config.resolved.json", "{}");
  const auto words = [&](const char* out) {
    return std::vector<std::string>{"export", folder.path(), "--out", folder / out, "--json"};
  };
  CHECK_THAT(message_of<IoError>([&] { (void)run_verb(words("early")); }),
             Contains((folder / "discriminator").string() + ": expected the discriminator of a "
                                                            "finished run, found none"));
  CHECK(names_in(folder.path()) == std::set<std::string>{"config.resolved.json"});
  save_model(folder / "discriminator", pretrained_head("replaced_token"), false);
  const auto result = run_verb(words("out")).objects().front();
  CHECK(result.at("out") == (folder / "out").string());
  CHECK(result.at("architecture") == "ElectraForPreTraining");
  Index count = 0;
  for (const auto& [name, tensor] : tensors_in(folder / "out")) {
    Index size = 1;
    for (const Index extent : tensor.first) size *= extent;
    count += size;
  }
  CHECK(result.at("parameters") == count);
}

TEST_CASE("as a BERT a model has a BERT's names, and is the same when it is read back",
          "[export][law]") {
  struct Case {
    StoredHead head;
    const char* architecture;
    const char* tensor;  // of the head
  };
  for (const auto& [head, architecture, tensor] :
       {Case{pretrained_head("masked_token"), "BertForMaskedLM",
             "cls.predictions.transform.dense.weight"},
        Case{some_head("tag"), "BertForTokenClassification", "classifier.weight"},
        Case{some_head("answer"), "BertForQuestionAnswering", "qa_outputs.weight"},
        Case{some_head("embed"), "BertModel", "bert.embeddings.word_embeddings.weight"}}) {
    CAPTURE(architecture);
    const TemporaryFolder folder;
    save_model(folder / "model", head, true);
    const VerbRun run =
        run_verb({"export", folder / "model", "--out", folder / "bert", "--as", "bert"});
    CHECK_THAT(run.said, Contains(std::string("/bert\t") + architecture + "\t"));
    CHECK(architecture_of(folder / "bert") == architecture);
    const auto tensors = tensors_in(folder / "bert");
    CHECK(tensors.contains(tensor));
    for (const auto& [name, value] : tensors)
      CHECK((name.find("electra") == name.npos && name.find("generator") == name.npos));
    CHECK(run_verb({"import", folder / "bert", "--out", folder / "back"}).code == 0);
    CHECK(tensors_in(folder / "back") == tensors_in(folder / "model"));
    CHECK(read_head(folder / "back").labels == head.labels);
  }
}

TEST_CASE("as a BERT a discriminator is its encoder alone, and that is said", "[export]") {
  const TemporaryFolder folder;
  save_model(folder / "model", pretrained_head("replaced_token"), true);
  const VerbRun run =
      run_verb({"export", folder / "model", "--out", folder / "bert", "--as", "bert"});
  CHECK_THAT(run.errors, Contains("left out: the head of ElectraForPreTraining"));
  CHECK(architecture_of(folder / "bert") == "BertModel");
  CHECK(read_head(folder / "bert").task == "embed");
  auto expected = tensors_in(folder / "model");
  const auto found = tensors_in(folder / "bert");
  std::erase_if(expected, [](const auto& each) { return !each.first.starts_with("electra."); });
  REQUIRE(found.size() == expected.size());
  for (const auto& [name, value] : found) CHECK(expected.at("electra." + name.substr(5)) == value);
}

TEST_CASE("what has no such form is refused by name, and nothing is left of it", "[export]") {
  const TemporaryFolder folder;
  save_model(folder / "narrow", pretrained_head("masked_token"), false);
  save_model(folder / "square", some_head("classify"), true);
  StoredHead linear = some_head("classify");
  linear.kind = "linear_class";
  save_model(folder / "linear", linear, true);
  save_model(
      folder / "pooled",
      [&] {
        StoredHead head = linear;
        head.kind = "pooled_class";
        return head;
      }(),
      true);
  const std::string out = folder / "out";
  CHECK_THAT(refusal({"export", folder / "narrow", "--out", out, "--as", "bert"}),
             Contains("embedding_size: expected hidden_size = 128, as a BERT has it, found 64"));
  CHECK_THAT(refusal({"export", folder / "square", "--out", out, "--as", "bert"}),
             Contains("head: expected one that a BERT has in transformers, found that of "
                      "ElectraForSequenceClassification"));
  CHECK_THAT(refusal({"export", folder / "linear", "--out", out}),
             Contains("head: expected one that transformers has, found LibelectraLinear"));
  CHECK_THAT(refusal({"export", folder / "pooled", "--out", out}),
             Contains("expected one that an ELECTRA has in transformers, found that of "
                      "BertForSequenceClassification"));
  CHECK(run_verb({"export", folder / "pooled", "--out", out, "--as", "bert"}).code == 0);
  CHECK(tensors_in(out) == tensors_in(folder / "pooled"));
  CHECK(refusal({"export", folder / "square", "--out", folder / "other", "--as", "onnx"}) ==
        "--as: expected electra or bert, found \"onnx\"");
  CHECK_THAT(refusal({"export", folder / "square", "--out", out}),
             Contains("out: expected a folder that is not there yet, or an empty one, found one "
                      "that holds something"));
  CHECK_THAT(message_of<IoError>([&] {
               (void)run_verb({"export", folder / "none", "--out", folder / "other"});
             }),
             Contains((folder / "none").string()));
  CHECK(names_in(folder.path()) ==
        std::set<std::string>{"narrow", "square", "linear", "pooled", "out"});
}
