#include "formats/tokenizer_json.h"

#include <catch2/catch.hpp>
#include <functional>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/formats/tokenizer_files.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

Vocabulary some_vocabulary() {
  return Vocabulary::from_tokens({"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "##b"});
}

/// A tokenizer.json of ours, changed.
struct Changed {
  explicit Changed(const std::function<void(Json&)>& change) {
    save_tokenizer(folder.path(), some_vocabulary(), {.compat = Compat::hf}, 16);
    Json json = parse_json(read_file(folder / "tokenizer.json"), "tokenizer.json");
    change(json);
    write_file(folder / "tokenizer.json", json.dump());
  }
  [[nodiscard]] TokenizerJson read() const { return TokenizerJson(folder / "tokenizer.json"); }
  [[nodiscard]] std::string refusal() const {
    return message_of<IoError>([&] {
      const TokenizerJson json = read();
      (void)json.options();
      (void)json.added_tokens_by_id();
      json.check_ids(load_vocabulary(folder / "tokenizer.json"));
    });
  }

  TemporaryFolder folder;
};

std::string refusal_of(const std::function<void(Json&)>& change) {
  return Changed(change).refusal();
}

}  // namespace

TEST_CASE("components that are not BERT's are refused by name", "[tokenizer_json]") {
  CHECK_THAT(refusal_of([](Json& json) { json["model"]["type"] = "BPE"; }),
             Contains("tokenizer.json: model: expected WordPiece, found BPE"));
  CHECK_THAT(refusal_of([](Json& json) { json["model"]["continuing_subword_prefix"] = "@@"; }),
             Contains("model.continuing_subword_prefix: expected \"##\", found \"@@\""));
  CHECK_THAT(refusal_of([](Json& json) { json["model"]["unk_token"] = "<unk>"; }),
             Contains("model.unk_token") && Contains("<unk>"));
  CHECK_THAT(refusal_of([](Json& json) { json["normalizer"]["type"] = "NFKC"; }),
             Contains("normalizer: expected BertNormalizer, found NFKC"));
  CHECK_THAT(refusal_of([](Json& json) { json["normalizer"]["lowercase"] = 1; }),
             Contains("normalizer.lowercase"));
  CHECK_THAT(refusal_of([](Json& json) { json["pre_tokenizer"]["type"] = "Whitespace"; }),
             Contains("pre_tokenizer: expected BertPreTokenizer, found Whitespace"));
  CHECK_THAT(refusal_of([](Json& json) { json["pre_tokenizer"] = nullptr; }),
             Contains("pre_tokenizer: expected BertPreTokenizer, found null"));
  CHECK_THAT(refusal_of([](Json& json) { json["post_processor"]["type"] = "ByteLevel"; }),
             Contains("post_processor") && Contains("ByteLevel"));
  CHECK_THAT(refusal_of([](Json& json) { json["post_processor"]["single"].erase(2); }),
             Contains("post_processor.single: expected [CLS], the text, [SEP]"));
  CHECK_THAT(refusal_of([](Json& json) {
               json["post_processor"]["special_tokens"]["[CLS]"]["ids"][0] = 5;
             }),
             Contains("post_processor: the id of [CLS]: expected 2, found 5"));
  CHECK_THAT(refusal_of([](Json& json) { json["model"]["max_input_chars_per_word"] = -1; }),
             Contains("model.max_input_chars_per_word") && Contains("-1"));
}

TEST_CASE("the same components in other words are taken", "[tokenizer_json]") {
  const auto options_of = [](const std::function<void(Json&)>& change) {
    return Changed(change).read().options();
  };
  CHECK_FALSE(options_of([](Json& json) {
                json["normalizer"] = {
                    {"type", "Sequence"},
                    {"normalizers", {{{"type", "BertNormalizer"}, {"lowercase", false}}}}};
              }).lower_case);
  const WordpieceOptions none = options_of([](Json& json) { json["normalizer"] = nullptr; });
  CHECK_FALSE((none.lower_case || none.clean_text || none.handle_chinese_chars));
  CHECK(none.strip_accents == false);
  const Changed bert([](Json& json) {
    json["post_processor"] = {
        {"type", "BertProcessing"}, {"sep", {"[SEP]", 3}}, {"cls", {"[CLS]", 2}}};
  });
  (void)bert.read().options();
  bert.read().check_ids(some_vocabulary());
}

TEST_CASE("ids of a vocabulary may have gaps, and nothing else", "[tokenizer_json]") {
  const auto with_id = [](const Json& id) {
    return [id](Json& json) { json["model"]["vocab"]["x"] = id; };
  };
  const Changed gap(with_id(9));
  CHECK(gap.read().entries() == 8);
  CHECK(gap.read().tokens() == std::vector<std::string>{"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                                        "[MASK]", "a", "##b", "", "", "x"});
  CHECK_THAT(refusal_of(with_id(5)),
             Contains("model.vocab: id 5: expected one token, found \"a\" and \"x\""));
  for (const Json& id : {Json(-1), Json(1.5), Json("7"), Json(4000000000), Json(nullptr)})
    CHECK_THAT(refusal_of(with_id(id)), Contains("model.vocab: \"x\": expected an id from 0 to"));
  CHECK_THAT(refusal_of([](Json& json) { json["model"]["vocab"] = Json::array(); }),
             Contains("model.vocab: expected tokens with their ids"));
  CHECK_THAT(refusal_of([](Json& json) { json["model"]["vocab"].erase("[MASK]"); }),
             Contains("tokenizer.json") && Contains("[MASK]") && Contains("missing"));
  CHECK_THAT(refusal_of([](Json& json) { json.erase("model"); }), Contains("model: expected"));
}

TEST_CASE("special tokens right behind the vocabulary belong to it", "[tokenizer_json]") {
  const Changed behind([](Json& json) {
    json["model"]["vocab"].erase("[PAD]");
    json["model"]["vocab"].erase("##b");
    json["model"]["vocab"]["c"] = 0;
    json["added_tokens"][0]["id"] = 6;
  });
  const Vocabulary vocabulary = load_vocabulary(behind.folder / "tokenizer.json");
  CHECK(vocabulary.pad() == 6);
  CHECK(vocabulary.size() == 7);
}

TEST_CASE("entries of added tokens are refused by their number", "[tokenizer_json]") {
  CHECK_THAT(refusal_of([](Json& json) { json["added_tokens"][1]["content"] = 3; }),
             Contains("added_tokens, entry 1"));
  CHECK_THAT(refusal_of([](Json& json) { json["added_tokens"][1]["lstrip"] = "no"; }),
             Contains("added_tokens, entry 1: lstrip: expected true or false"));
  CHECK_THAT(refusal_of([](Json& json) { json["added_tokens"][1].erase("id"); }),
             Contains("added_tokens: \"[UNK]\": expected an id"));
  CHECK_THAT(refusal_of([](Json& json) { json["added_tokens"] = "x"; }),
             Contains("added_tokens: expected a list"));
}
