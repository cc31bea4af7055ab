#include "electra/io/train_log.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::Matches;
using electra::test::message_of;
using electra::test::TemporaryFolder;

TEST_CASE("a record keeps its order and leaves out what is not finite", "[train_log]") {
  LogRecord record;
  record.add("step", 12400)
      .add("loss", 11.42)
      .add("disc_precision", std::numeric_limits<double>::quiet_NaN())
      .add("gradient_norm", std::numeric_limits<double>::infinity())
      .add("seed", std::numeric_limits<std::uint64_t>::max())
      .add("reason", "a \"b\"\xff")
      .add("argv", LogRecord::Texts{"electra", "--steps"})
      .add("evaluation", LogRecord().add("disc_auc", 0.5).add("loss", 0.1 + 0.2));
  CHECK(
      to_json_line(record) ==
      R"({"step":12400,"loss":11.42,"seed":18446744073709551615,"reason":"a \"b\")"
      "\xEF\xBF\xBD"
      R"(","argv":["electra","--steps"],"evaluation":{"disc_auc":0.5,"loss":0.30000000000000004}})");
}

TEST_CASE("each line is in the file when write returns, with time and kind first", "[train_log]") {
  const TemporaryFolder folder;
  write_file(folder / "train.jsonl", "old");
  TrainLog log = TrainLog::create(folder / "train.jsonl");
  log.write("train", LogRecord().add("step", 1).add("loss", 2.5));
  CHECK_THAT(read_file(folder / "train.jsonl"),
             Matches(R"(\{"t":[0-9]{10}\.[0-9]{1,3},"kind":"train","step":1,"loss":2\.5\}\n)"));
  log.write("end", LogRecord().add("reason", "finished"));
  const auto text = read_file(folder / "train.jsonl");
  CHECK(nlohmann::json::parse(text.substr(text.find('\n'))).at("reason") == "finished");
}

TEST_CASE("a resumed log drops later steps, the end, and a torn line", "[train_log][law]") {
  const TemporaryFolder folder;
  const auto path = folder / "train.jsonl";
  const std::string head =
      "{\"kind\":\"run\",\"seed\":1}\n"
      "{\"kind\":\"train\",\"step\":100,\"loss\":1.50}\n"
      "{\"kind\":\"evaluation\",\"step\":100}\n";
  const std::string tail =
      "{\"kind\":\"train\",\"step\":101}\n"
      "{\"kind\":\"evaluation\",\"step\":150}\n";
  const auto resumed = [&](const std::string& text) {
    write_file(path, text);
    TrainLog log = TrainLog::continue_from(path, 100);
    const auto kept = read_file(path);
    log.write("resume", LogRecord().add("step", 100));
    CHECK_THAT(read_file(path).substr(kept.size()), Contains("\"kind\":\"resume\",\"step\":100}"));
    return kept;
  };
  CHECK(resumed(head) == head);
  CHECK(resumed(head + tail) == head);
  CHECK(resumed(head + tail + "{\"kind\":\"end\",\"step\":150}\n") == head);
  CHECK(resumed(head + "{\"kind\":\"end\",\"step\":100}\n") == head);
  CHECK(resumed(head + "{\"kind\":\"train\",\"st") == head);
  CHECK(resumed(head + "{\"kind\":\"train\",\"st\n") == head);
  CHECK(resumed(head.substr(0, head.size() - 1)) == head);
  CHECK(resumed("").empty());
  const std::string again = head + "{\"kind\":\"resume\",\"step\":100}\n";
  CHECK(resumed(again + tail) == again);
  CHECK(folder.count() == 1);

  write_file(path, "{\"kind\":\"run\"}\nbroken\n" + tail);
  CHECK_THAT(message_of<IoError>([&] { (void)TrainLog::continue_from(path, 1); }),
             Contains("train.jsonl:2: not JSON"));
  CHECK_THAT(read_file(path), Contains("broken"));
  std::filesystem::remove(path);
  TrainLog::continue_from(path, 1).write("resume", {});
  CHECK_THAT(read_file(path), Contains("resume"));
}

TEST_CASE("an evaluation that is repeated is cut off, and earlier ones stay", "[train_log]") {
  const TemporaryFolder folder;
  const auto path = folder / "train.jsonl";
  {
    TrainLog log = TrainLog::create(path);
    for (const int step : {0, 50, 100}) {
      log.write("train", LogRecord().add("step", step));
      log.write("evaluation", LogRecord().add("step", step));
    }
  }
  const auto count = [&] {
    const std::string text = read_file(path);
    return std::count(text.begin(), text.end(), '\n');
  };
  (void)TrainLog::continue_from(path, 100);
  CHECK(count() == 6);
  (void)TrainLog::continue_from(path, 100, TrainLog::Evaluation::repeated);
  CHECK(count() == 5);
  CHECK_THAT(read_file(path), EndsWith("\"kind\":\"train\",\"step\":100}\n"));
}

TEST_CASE("the lines of one kind are read up to a step, with their numbers", "[train_log]") {
  const TemporaryFolder folder;
  const auto path = folder / "train.jsonl";
  CHECK(logged_lines(path, "train", 100).empty());
  TrainLog log = TrainLog::create(path);
  log.write("run", LogRecord().add("seed", 1));
  for (const int step : {50, 100, 150}) {
    log.write("train", LogRecord().add("step", step).add("loss", 0.1 * step).add("note", "text"));
    log.write("evaluation", LogRecord().add("step", step).add("accuracy", 0.1 + 0.2));
  }
  log.write("train", LogRecord().add("loss", 1));  // of no step
  const auto training = logged_lines(path, "train", 100);
  REQUIRE(training.size() == 2);
  CHECK(training[0].step == 50);
  CHECK(training[1].step == 100);
  CHECK(training[1]["loss"] == 0.1 * 100);
  CHECK_FALSE(training[1]["note"]);
  CHECK_FALSE(training[1]["accuracy"]);
  const auto evaluations = logged_lines(path, "evaluation", 1000);
  REQUIRE(evaluations.size() == 3);
  CHECK(evaluations[2]["accuracy"] == 0.1 + 0.2);
  CHECK(logged_lines(path, "train", 49).empty());
  CHECK(logged_lines(path, "resume", 1000).empty());
}

TEST_CASE("a last line that a crash has torn is no line, and any other is refused", "[train_log]") {
  const TemporaryFolder folder;
  const auto path = folder / "train.jsonl";
  const std::string whole = "{\"kind\":\"train\",\"step\":50,\"loss\":1.5}\n";
  const std::string torn = "{\"kind\":\"train\",\"step\":100,\"lo";
  write_file(path, whole + torn);
  const auto lines = logged_lines(path, "train", 100);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0]["loss"] == 1.5);
  write_file(path, torn + "\n" + whole);
  CHECK_THAT(message_of<IoError>([&] { (void)logged_lines(path, "train", 100); }),
             Contains("train.jsonl:1: not JSON"));
  write_file(path, whole + "{\"kind\":\"train\",\"step\":\"100\"}\n" + "[]\n" + whole);
  CHECK_THROWS_AS(logged_lines(path, "train", 100), IoError);
  write_file(path, "");
  CHECK(logged_lines(path, "train", 100).empty());
}
