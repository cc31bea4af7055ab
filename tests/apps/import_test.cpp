#include <limits>

#include "apps/run_verb.h"
#include "apps/saved_model.h"
#include "electra/core/error.h"
#include "electra/data/wordpiece.h"
#include "electra/formats/hugging_face_config.h"
#include "formats/stored_pair.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

namespace fs = std::filesystem;

/// A generator in a folder, as a BERT that others made: without a prefix, in f64 or with a pooler.
class Foreign {
 public:
  Foreign() {
    save_model(original(), pretrained_head("masked_token"), true);
    run_verb({"export", original(), "--out", model(), "--as", "bert"});
  }
  [[nodiscard]] fs::path original() const { return folder_ / "original"; }
  [[nodiscard]] fs::path model() const { return folder_ / "model"; }
  [[nodiscard]] fs::path made() const { return folder_ / "made"; }
  [[nodiscard]] std::size_t count() const { return folder_.count(); }

  VerbRun import_it() const { return run_verb({"import", model(), "--out", made()}); }
  std::string refusal() const {
    const std::string message = message_of<Error>([&] { (void)import_it(); });
    CHECK(folder_.count() == 2);
    return message;
  }
  /// With one tensor more, of so many numbers, or in the place of another.
  void add(const std::string& name, std::vector<float> values) {
    const StoredTensor tensor{
        name, StoredType::f32, {std::ssize(values)}, std::as_bytes(std::span(values))};
    rewrite(model(),
            [&](const std::string& own) { return own == name ? std::nullopt : std::optional(own); },
            {tensor});
  }
  void configure(const std::string& key, const nlohmann::ordered_json& value) {
    auto json = nlohmann::ordered_json::parse(read_file(model() / "config.json"));
    json[key] = value;
    write_file(model() / "config.json", json.dump());
  }

 private:
  TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("what others wrote is imported with every number, whatever it is called",
          "[import][law]") {
  Foreign bert;
  rewrite(bert.model(), [](const std::string& name) {
    return std::optional(name.starts_with("bert.") ? name.substr(5) : name);
  });
  bert.configure("libelectra", nullptr);
  const VerbRun run = bert.import_it();
  CHECK(run.code == 0);
  CHECK(run.errors.empty());
  CHECK_THAT(run.said, Contains("/made\tElectraForMaskedLM\t"));
  CHECK(tensors_in(bert.made()) == tensors_in(bert.original()));
  CHECK(architecture_of(bert.made()) == "ElectraForMaskedLM");
}

TEST_CASE("import and export give the same tensors and the same ids", "[import][law]") {
  Foreign bert;
  CHECK(bert.import_it().code == 0);
  const fs::path again = bert.made().parent_path() / "again";
  CHECK(run_verb({"export", bert.made(), "--out", again, "--as", "bert"}).code == 0);
  CHECK(tensors_in(again) == tensors_in(bert.model()));
  CHECK(read_file(again / "config.json") == read_file(bert.model() / "config.json"));
  const auto ids = [](const fs::path& directory, const char* text) {
    const StoredTokenizer tokenizer = load_tokenizer(directory);
    return Wordpiece(tokenizer.vocabulary, tokenizer.options).encode(text);
  };
  for (const char* text : {"The unknown ship.", "caf\xc3\xa9", "\xff", ""})
    CHECK(ids(again, text) == ids(bert.model(), text));
}

TEST_CASE("a tokenizer is written as it was read, added tokens and settings too", "[import][law]") {
  Foreign bert;
  const AddedToken added{.content = "<name>", .id = 12, .single_word = true};
  bert.configure("vocab_size", 12);
  save_tokenizer(bert.model(), some_vocabulary(),
                 {.compat = Compat::hf, .lower_case = false, .handle_chinese_chars = false}, 9,
                 std::span(&added, 1));
  CHECK(bert.import_it().code == 0);
  const StoredTokenizer before = load_tokenizer(bert.model()), now = load_tokenizer(bert.made());
  CHECK(now.vocabulary.tokens() == before.vocabulary.tokens());
  CHECK(now.added == before.added);
  CHECK_FALSE(now.options.lower_case);
  CHECK_FALSE(now.options.handle_chinese_chars);
  CHECK(now.options.compat == Compat::hf);
  REQUIRE(now.length.has_value());
  CHECK(now.length->tokens == 9);
}

TEST_CASE("sentence-transformers' files are kept, with and without a length of 1", "[import]") {
  for (const bool normalises : {true, false}) {
    const TemporaryFolder folder;
    save_model(folder / "model", some_head("embed"), true);
    fs::create_directories(folder / "model" / "1_Pooling");
    write_file(folder / "model" / "1_Pooling" / "config.json", R"({"pooling_mode": "max"})");
    write_file(folder / "model" / "modules.json",
               std::string(R"([{"type": "x.Transformer", "path": ""},)") +
                   R"({"type": "x.Pooling", "path": "1_Pooling"})" +
                   (normalises ? R"(,{"type": "x.Normalize", "path": "2_Normalize"}])" : "]"));
    CHECK(run_verb({"import", folder / "model", "--out", folder / "made"}).code == 0);
    CHECK(fs::exists(folder / "made" / "modules.json"));
    const StoredHead head = read_head(folder / "made");
    CHECK(head.config.pooling == Pooling::max);
    CHECK(head.config.normalise == normalises);
  }
}

TEST_CASE("a pooler is left out, and that is said", "[import]") {
  Foreign bert;
  bert.add("bert.pooler.dense.bias", std::vector<float>(128, 1.0F));
  const VerbRun run = bert.import_it();
  CHECK(run.code == 0);
  CHECK_THAT(run.errors, Contains("left out: bert.pooler.dense.bias"));
  CHECK(tensors_in(bert.made()) == tensors_in(bert.original()));
}

TEST_CASE("what cannot be imported is refused by file and name, and nothing is left", "[import]") {
  Foreign bert;
  const std::string bias = "bert.encoder.layer.0.output.dense.bias";
  SECTION("a number that is none") {
    std::vector<float> values(128, 0.5F);
    values[7] = std::numeric_limits<float>::quiet_NaN();
    bert.add(bias, values);
    CHECK_THAT(bert.refusal(), Contains("model.safetensors: " + bias) && Contains("[7]"));
  }
  SECTION("another shape") {
    bert.add(bias, std::vector<float>(127));
    CHECK_THAT(bert.refusal(), Contains("model.safetensors: " + bias) && Contains("128") &&
                                   Contains("found") && Contains("127"));
  }
  SECTION("an unknown tensor") {
    bert.add("bert.encoder.layer.9.output.dense.bias", std::vector<float>(128));
    CHECK_THAT(bert.refusal(), Contains("bert.encoder.layer.9.output.dense.bias"));
  }
  SECTION("more tokens than rows") {
    auto tokens = some_vocabulary().tokens();
    tokens.emplace_back("more");
    save_tokenizer(bert.model(), Vocabulary::from_tokens(tokens), {.compat = Compat::hf}, 16);
    CHECK_THAT(bert.refusal(), Contains("expected at most vocab_size = 12 tokens, found 13"));
  }
  SECTION("a head that this library has not") {
    bert.configure("architectures", {"BertForNextSentencePrediction"});
    CHECK_THAT(bert.refusal(), Contains("config.json: architectures: expected one of") &&
                                   Contains("BertForNextSentencePrediction"));
  }
  SECTION("a file in the way") {
    write_file(bert.made(), "mine");
    CHECK_THAT(
        message_of<ConfigError>([&] { (void)bert.import_it(); }),
        Contains("made: expected a folder that is not there yet") && Contains("found a file"));
    CHECK(read_file(bert.made()) == "mine");
  }
}
