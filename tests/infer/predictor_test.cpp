#include "electra/infer/predictor.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <thread>

#include "electra/core/error.h"
#include "infer/predicted.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::vector<std::string> five{"the ship .", "", "unknown café the", ".", "the the the the"};

/// Of any task, of several lengths.
Examples some_examples(TaskKind task) {
  Examples examples = texts_of(five);
  for (Example& example : examples.rows) {
    if (task == TaskKind::answer) example.text_b = "the ship";
    if (task != TaskKind::tag) continue;
    for (std::size_t at = 0; at < example.text.size(); at = example.text.find(' ', at)) {
      at += example.text[at] == ' ' ? 1 : 0;
      example.words.push_back(example.text.substr(at, example.text.find(' ', at) - at));
    }
  }
  return examples;
}

constexpr const char* all_tasks[] = {"classify", "multilabel", "regress", "tag", "answer", "embed"};

}  // namespace

TEST_CASE("a predictor says of each task what the task asks for", "[predictor]") {
  const TemporaryFolder folder;
  const std::string name = GENERATE(from_range(std::begin(all_tasks), std::end(all_tasks)));
  CAPTURE(name);
  save_predictor(folder.path(), name);
  const Predictor predictor(folder.path(), {.threads = 1});
  CHECK(predictor.task().name == name);
  CHECK(predictor.labels().names() == some_head(name).labels);
  CHECK(predictor.head().task == name);
  const TaskKind task = predictor.task().kind;
  const Examples examples = some_examples(task);
  const std::vector<Prediction> found = predictor.predict(examples);
  REQUIRE(found.size() == five.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    const std::vector<double>& outputs = found[i].outputs;
    if (task == TaskKind::classify) {
      REQUIRE(outputs.size() == 3);
      CHECK(std::accumulate(outputs.begin(), outputs.end(), 0.0) == Approx(1));
    }
    if (task == TaskKind::multilabel) {
      REQUIRE(outputs.size() == 3);
      for (const double p : outputs) CHECK((p > 0 && p < 1));
    }
    if (task == TaskKind::regress) CHECK((outputs.size() == 1 && std::isfinite(outputs[0])));
    if (task == TaskKind::tag) {
      REQUIRE(found[i].tags.size() == examples.rows[i].words.size());
      for (const std::int32_t tag : found[i].tags) CHECK((tag >= 0 && tag < 3));
    }
    if (task == TaskKind::answer)
      CHECK(found[i].answer ==
            five[i].substr(static_cast<std::size_t>(found[i].span.begin),
                           static_cast<std::size_t>(found[i].span.end - found[i].span.begin)));
    if (task == TaskKind::embed) {
      double square = 0;
      for (const float x : found[i].vector) square += static_cast<double>(x) * x;
      CHECK(square == Approx(1).margin(1e-5));
      CHECK(found[i].vector_b.empty());
    }
  }
}

TEST_CASE("a prediction is made of the network's own numbers, without padding or neighbours",
          "[predictor][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  head.pairs = true;
  save_predictor(folder.path(), head, 16, [](ParameterStore& store) {
    for (float& weight : store.find("embeddings/type")->master.span<float>()) weight *= 30;
  });
  Examples examples = texts_of({"the ship", "."});
  examples.pairs = true;
  examples.rows[0].text_b = ".";
  examples.rows[1].text_b = "the unknown";
  const auto found = Predictor(folder.path(), {.threads = 1}).predict(examples);
  const auto expected = [&](const std::vector<std::int32_t>& ids,
                            const std::vector<std::int32_t>& types) {
    const std::vector<float> logits = logits_of(folder.path(), ids, types);
    return predict_class(std::span(logits).first(3)).outputs;
  };
  const auto first = expected({2, 5, 6, 3, 11, 3}, {0, 0, 0, 0, 1, 1});
  const auto second = expected({2, 11, 3, 5, 7, 8, 3}, {0, 0, 0, 1, 1, 1, 1});
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(found[0].outputs[i] == Approx(first[i]).margin(1e-5));
    CHECK(found[1].outputs[i] == Approx(second[i]).margin(1e-5));
  }
  const auto untyped = expected({2, 5, 6, 3, 11, 3}, {0, 0, 0, 0, 0, 0});
  CHECK(std::abs(found[0].outputs[0] - untyped[0]) > 1e-4);
}

TEST_CASE("examples are answered in their order, each as by itself, whatever is beside it",
          "[predictor][law]") {
  const TemporaryFolder folder;
  const std::string name = GENERATE(from_range(std::begin(all_tasks), std::end(all_tasks)));
  CAPTURE(name);
  save_predictor(folder.path(), name);
  const Predictor predictor(folder.path(), {.threads = 1});
  const Examples examples = some_examples(predictor.task().kind);
  const std::vector<Prediction> together = predictor.predict(examples);
  Examples reversed = examples;
  std::reverse(reversed.rows.begin(), reversed.rows.end());
  const std::vector<Prediction> backwards = predictor.predict(reversed);
  for (std::size_t i = 0; i < five.size(); ++i) {
    CAPTURE(i);
    Examples one = examples;
    one.rows = {examples.rows[i]};
    check_same(together[i], predictor.predict(one).front());
    check_same(together[i], backwards[five.size() - 1 - i]);
  }
  CHECK(predictor.predict({}).empty());
}

TEST_CASE("eight threads on one predictor get the answers of one", "[predictor][law][threads]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "multilabel");
  const int workers = GENERATE(8, 2);
  const Predictor predictor(folder.path(), {.threads = 1, .workers = workers});
  const Examples examples = texts_of(five);
  const std::vector<Prediction> expected = predictor.predict(examples);
  std::vector<int> differences(8, 0);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int turn = 0; turn < 10; ++turn) {
        const std::vector<Prediction> found = predictor.predict(examples);
        for (std::size_t i = 0; i < five.size(); ++i)
          differences[t] += found[i].outputs != expected[i].outputs;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(differences == std::vector<int>(8, 0));
}

TEST_CASE("texts that are longer than the model was trained for are cut, and counted",
          "[predictor][law]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  head.length = 6;  // of 16 positions
  save_predictor(folder.path(), head);
  const Examples examples = texts_of({"the ship . the ship", "the ship . the", "the ship . the ."});
  const Predictor predictor(folder.path(), {.threads = 1});
  const auto found = predictor.predict(examples);
  check_same(found[0], found[1]);
  check_same(found[0], found[2]);
  CHECK(predictor.cut(examples) == 2);
  const Predictor longer(folder.path(), {.threads = 1, .length = 7});
  CHECK(longer.cut(examples) == 0);
  CHECK(longer.predict(examples)[0].outputs != longer.predict(examples)[1].outputs);
}

TEST_CASE("words that are cut off have no tag", "[predictor]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("tag");
  head.length = 5;
  save_predictor(folder.path(), head);
  Examples examples = texts_of({""});
  examples.rows[0].words = {"the", "unknown", "ship", "."};  // 1, 2, 1 and 1 pieces
  const auto tags = Predictor(folder.path(), {.threads = 1}).predict(examples).front().tags;
  REQUIRE(tags.size() == 4);
  CHECK(tags[0] >= 0);
  CHECK(tags[1] >= 0);
  CHECK(tags[2] == -1);
  CHECK(tags[3] == -1);
}

TEST_CASE("of pairs that belong together both have a vector, a negative none", "[predictor]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "embed");
  Examples examples = texts_of({"the ship", "."});
  examples.pairs = true;
  examples.rows[0].text_b = ".";
  examples.rows[1].text_b = "the ship";
  examples.rows[1].negative = "the the the";
  const auto found = Predictor(folder.path(), {.threads = 1}).predict(examples);
  Prediction swapped;
  swapped.vector = found[1].vector_b;
  swapped.vector_b = found[1].vector;
  check_same(found[0], swapped);
}

TEST_CASE("a directory whose head has no task is refused by its head", "[predictor]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  CHECK_THAT(message_of<IoError>([&] { const Predictor predictor(folder.path()); }),
             Contains((folder / "config.json").string()) && Contains("architectures: expected") &&
                 Contains("classify") && Contains("found ElectraForPreTraining"));
}

TEST_CASE("lengths that cannot be are refused by key", "[predictor]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  save_predictor(folder.path(), head);
  CHECK_THAT(
      message_of<ConfigError>([&] { const Predictor predictor(folder.path(), {.length = 17}); }),
      Contains("length: expected 3 to 16, found 17"));
  head.length = 32;
  save_predictor(folder.path(), head);
  CHECK_THAT(message_of<IoError>([&] { const Predictor predictor(folder.path()); }),
             Contains("config.json: libelectra.length: expected 3 to 16, found 32"));
}

TEST_CASE(
    "a question without room for a passage, and an answer that is no number, name the example",
    "[predictor]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "answer");
  Examples examples = texts_of({"the", "ship"});
  examples.rows[1].text_b = "the the the the the the the the the the the the";
  CHECK_THAT(message_of<InputError>(
                 [&] { (void)Predictor(folder.path(), {.threads = 1}).predict(examples); }),
             Contains("some texts, line 2") && Contains("a quarter of 16 tokens"));

  save_predictor(folder.path(), some_head("classify"), 16, [](ParameterStore& store) {
    for (float& weight : store.find("head/output/weight")->master.span<float>()) weight = 3e38F;
  });
  CHECK_THAT(message_of<InputError>([&] {
               (void)Predictor(folder.path(), {.threads = 1}).predict(texts_of({"the"}));
             }),
             Contains("some texts, line 1 has no answer") && Contains("expected a finite number"));
}
