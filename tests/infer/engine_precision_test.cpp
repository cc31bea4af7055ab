#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "electra/infer/engine.h"
#include "electra/kernels/packed_linear.h"
#include "electra/models/heads.h"
#include "infer/saved_detector.h"
#include "infer/saved_generator.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

namespace {

using Texts = std::vector<std::vector<std::int32_t>>;
using Answers = std::vector<std::vector<float>>;

Answers answers_of(const Engine& engine, const Texts& texts) {
  Answers all(texts.size());
  engine.run(texts, [&](std::size_t text, std::span<const float> answer) {
    all[text].assign(answer.begin(), answer.end());
  });
  return all;
}

Texts some_texts() {
  Texts texts;
  for (std::int32_t i = 0; i < 60; ++i) {
    std::vector<std::int32_t> ids{2};
    for (std::int32_t k = 0; k < i * 7 % 6; ++k) ids.push_back(5 + (i + k) % 7);
    ids.push_back(3);
    texts.push_back(ids);
  }
  return texts;
}

/// The root of the mean square of the differences.
double distance(const Answers& a, const Answers& b) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t k = 0; k < a[i].size(); ++k, ++count) {
      const double difference = double{a[i][k]} - double{b[i][k]};
      sum += difference * difference;
    }
  return std::sqrt(sum / count);
}

}  // namespace

TEST_CASE("an engine says nearly the same in bf16 and in int8, and what it computes in",
          "[engine][precision]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Engine exact(folder.path(), head_kind("replaced_token"), {.threads = 1});
  CHECK(exact.precision() == InferencePrecision::f32);
  CHECK(exact.precision_remark().empty());
  const Answers expected = answers_of(exact, some_texts());
  const double size = distance(expected, Answers(60, std::vector<float>(8)));
  for (const InferencePrecision precision : {InferencePrecision::bf16, InferencePrecision::int8}) {
    const Engine engine(folder.path(), head_kind("replaced_token"),
                        {.threads = 1, .precision = precision});
    const double off = distance(answers_of(engine, some_texts()), expected) / size;
    CAPTURE(static_cast<int>(precision), off);
    if (precision == InferencePrecision::int8 && !has_unit_for(WeightFormat::int8)) {
      CHECK(engine.precision() == InferencePrecision::f32);
      CHECK_THAT(engine.precision_remark(), Catch::Contains("int8") && Catch::Contains("f32"));
      CHECK(off == 0);
    } else {
      CHECK(engine.precision() == precision);
      CHECK(engine.precision_remark().empty());
      CHECK(engine.weight_bytes() < exact.weight_bytes() * 3 / 5);  // biases and norms are f32
      CHECK(off > 0);
      CHECK(off < (precision == InferencePrecision::bf16 ? 0.02 : 0.1));
    }
  }
}

TEST_CASE(
    "in any precision a text has the same answer to the bit, whoever else asks and however "
    "many threads there are",
    "[engine][precision][law]") {
  const auto precision =
      GENERATE(InferencePrecision::f32, InferencePrecision::bf16, InferencePrecision::int8);
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto options = [&](int threads, int workers) {
    return Engine::Options{.threads = threads, .workers = workers, .precision = precision};
  };
  const Engine one(folder.path(), head_kind("replaced_token"), options(1, 1));
  const Texts texts = some_texts();
  const Answers expected = answers_of(one, texts);
  for (std::size_t i = 0; i < texts.size(); i += 7)
    CHECK(answers_of(one, {texts[i]}).front() == expected[i]);
  const Engine engine(folder.path(), head_kind("replaced_token"), options(2, 3));
  std::vector<Answers> found(4);
  std::vector<std::thread> callers;
  for (Answers& each : found) callers.emplace_back([&] { each = answers_of(engine, texts); });
  for (std::thread& caller : callers) caller.join();
  for (const Answers& each : found) CHECK(each == expected);
}

TEST_CASE("a head that multiplies with the word table computes in every precision",
          "[engine][precision]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const Engine exact(folder.path(), head_kind("masked_token"), {.threads = 1});
  const Answers expected = answers_of(exact, some_texts());
  for (const InferencePrecision precision : {InferencePrecision::bf16, InferencePrecision::int8}) {
    const Engine engine(folder.path(), head_kind("masked_token"),
                        {.threads = 1, .precision = precision});
    const Answers found = answers_of(engine, some_texts());
    const double size = distance(expected, Answers(60, std::vector<float>(expected[5].size())));
    CHECK(distance(found, expected) < 0.1 * size);
  }
}
