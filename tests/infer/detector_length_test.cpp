#include <catch2/catch.hpp>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/infer/detector.h"
#include "infer/saved_detector.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

TEST_CASE("a text may have as many tokens as the directory's files say, unless an option says more",
          "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto file = folder / "sentence_bert_config.json";
  write_file(file, R"({"max_seq_length":5})");
  const std::string most = "the the the", more = most + " the";
  const Detector detector(folder.path(), {.threads = 1});
  CHECK(detector.detect(most).ids.size() == 5);
  CHECK_THAT(message_of<InputError>([&] { (void)detector.detect(more); }),
             Contains("the text has 6 tokens") &&
                 Contains("at most 5, max_seq_length in " + file.string()));
  const Detector truncates(folder.path(), {.threads = 1, .length = LongText::truncate});
  CHECK(truncates.detect(more).ids.size() == 5);
  CHECK(truncates.detect(more).left_out == 1);
  const Detector windows(folder.path(), {.threads = 1, .length = LongText::windows});
  CHECK(windows.detect(most).probabilities == detector.detect(most).probabilities);
  CHECK(windows.detect(more).probabilities[1] == Approx(detector.detect(most).probabilities[1]));
  const Detector longer(folder.path(), {.threads = 1, .positions = 8});
  CHECK(longer.detect(more).ids.size() == 6);
  CHECK_THAT(message_of<InputError>([&] { (void)longer.detect(more + " the the the"); }),
             Contains("at most 8, the option positions"));
  for (const Index positions : {-1, 2, 9})
    CHECK_THAT(message_of<ConfigError>([&] { Detector(folder.path(), {.positions = positions}); }),
               Contains("positions: expected 3 to 8, found " + std::to_string(positions)));
}

TEST_CASE("a file that allows more tokens than the model has allows those of the model",
          "[detector]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  write_file(folder / "sentence_bert_config.json", R"({"max_seq_length":9})");
  const Detector detector(folder.path(), {.threads = 1});
  CHECK(detector.detect("the the the the the the").ids.size() == 8);
  CHECK_THAT(message_of<InputError>([&] { (void)detector.detect("the the the the the the the"); }),
             Contains("at most 8, the model's positions"));
}
