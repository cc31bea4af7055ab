#include "electra/pretrain/prepared_text.h"

#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/config.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Matchers::Contains;

namespace {

namespace fs = std::filesystem;

/// A run, and its corpus prepared beside it.
struct Setting {
  Setting() : text{run.folder() / "prepared"} {
    fs::create_directory(text.root);
    run.options.config.vocabulary.lower_case = false;
    (void)prepare_text(run.options.config, text.root, [](const std::string&) {});
    run.options.config.data.prepared = text.root.string();
    run.options.config.data.corpus.clear();
    run.options.config.vocabulary.lower_case = true;
  }

  TinyRun run;
  PreparedText text;
};

}  // namespace

TEST_CASE("a run on a prepared text has its vocabulary, its settings and its tokens",
          "[prepared_text][law]") {
  Setting s;
  const PretrainConfig config = with_prepared_text(s.run.options.config);
  CHECK(config.vocabulary.file == s.text.vocabulary().string());
  CHECK_FALSE(config.vocabulary.lower_case);
  CHECK(s.run.run().end == RunResult::End::finished);
  const PretrainFolder folder = s.run.out();
  CHECK(read_file(folder.vocabulary()) == read_file(s.text.vocabulary()));
  CHECK(read_file(folder.tokens()) == read_file(s.text.tokens()));
  CHECK(read_file(folder.corpus_record()) == read_file(s.text.record()));
}

TEST_CASE("a run on a prepared text that is resumed ends as one that was not interrupted",
          "[prepared_text][law]") {
  Setting s, whole;
  (void)whole.run.run();
  s.run.stop_after(7);
  CHECK(s.run.run().end == RunResult::End::interrupted);
  fs::remove_all(s.text.root);
  s.run.do_not_stop();
  s.run.options.config = config_from_file<PretrainConfig>(s.run.out().config());
  CHECK(s.run.resume().end == RunResult::End::finished);
  for (const char* file : {"generator/model.safetensors", "discriminator/model.safetensors"})
    CHECK(read_file(s.run.out().root / file) == read_file(whole.run.out().root / file));
}

TEST_CASE("another text is read instead of a prepared one", "[prepared_text]") {
  Setting s;
  PretrainConfig config = with_prepared_text(s.run.options.config);
  config.data.corpus = s.run.folder() / "other.txt";
  write_file(config.data.corpus, "the ship\n\nthe whale\n\nthe sea\n");
  CHECK_NOTHROW(check_inputs(config));
  const PreparedData data(config, s.run.folder() / "vocab.txt", s.run.folder() / "other.etok",
                          [](const std::string&) {});
  CHECK(data.counts().documents == 3);
}

TEST_CASE("what is missing of a prepared text is named", "[prepared_text]") {
  Setting s;
  for (const fs::path& file :
       {s.text.record(), s.text.tokenizer(), s.text.vocabulary(), s.text.tokens()}) {
    fs::remove(file);
    CHECK_THAT(
        message_of<IoError>([&] { (void)with_prepared_text(s.run.options.config); }),
        Contains(file.string() + ": expected what electra prepare makes, found no such file"));
  }
  s.run.options.config.data.prepared.clear();
  CHECK(with_prepared_text(s.run.options.config).vocabulary.file.empty());
}
