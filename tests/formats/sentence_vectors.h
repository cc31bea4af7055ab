#pragma once

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/file.h"
#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/io/safetensors.h"
#include "electra/models/text_model.h"
#include "support/shared.h"

namespace electra::test {

/// A trained encoder as its author left it (shared/tools/real_encoder fetches one).
inline std::filesystem::path real_encoder_folder() {
  return shared_folder("ELECTRA_REAL_ENCODER", "real_encoder");
}

/// Mean over a sentence's tokens, divided by its length, and the state at [CLS].
struct SentenceVectors {
  std::vector<float> mean, cls;

  friend bool operator==(const SentenceVectors&, const SentenceVectors&) = default;
};

/// The encoder of a directory, and what it makes of one sentence at a time.
class SentenceEncoder {
 public:
  explicit SentenceEncoder(const std::filesystem::path& directory, const Device& device = {})
      : context_(Context::create(device, {.threads = 2})),
        model_(store_, read_network_config(directory), head_kind("replaced_token")),
        arena_(*context_) {
    store_.allocate(*context_, Precision::f32);
    taken = load_network(directory, model_.parts(), store_, HeadWeights::if_stored);
  }

  [[nodiscard]] SentenceVectors operator()(const std::vector<std::int32_t>& ids) {
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
    Encoder::Saved saved;
    const std::vector<float> states = to_host_f32(
        *context_, model_.encoder().forward(pass, upload(ids),
                                            upload(std::vector<std::int32_t>(ids.size())), saved));
    return vectors_of(states, ids.size());
  }

  StoredNetwork taken;

 private:
  static SentenceVectors vectors_of(const std::vector<float>& states, std::size_t tokens) {
    const std::size_t width = states.size() / tokens;
    std::vector<double> sum(width);
    for (std::size_t i = 0; i < states.size(); ++i) sum[i % width] += double{states[i]};
    double squares = 0;
    for (const double each : sum) squares += each * each;
    SentenceVectors found;
    for (const double each : sum)
      found.mean.push_back(static_cast<float>(each / std::sqrt(squares)));
    found.cls.assign(states.begin(), states.begin() + static_cast<std::ptrdiff_t>(width));
    return found;
  }

  std::unique_ptr<Context> context_;
  ParameterStore store_;
  TextModel model_;
  Arena arena_;
};

/// The sentences of a golden case, as ids, and the vectors that a reference made of them.
struct GoldenSentences {
  explicit GoldenSentences(const std::filesystem::path& folder)
      : vectors(SafetensorsFile::open(folder / "vectors.safetensors")) {
    std::istringstream lines(read_file(folder / "sentences.jsonl"));
    for (std::string line; std::getline(lines, line);)
      ids.push_back(nlohmann::json::parse(line)["ids"].get<std::vector<std::int32_t>>());
  }

  [[nodiscard]] std::vector<float> expected(const char* name, std::size_t sentence) const {
    const StoredTensor* all = vectors.find(name);
    REQUIRE(all != nullptr);
    std::vector<float> values(static_cast<std::size_t>(all->size()));
    vectors.read_f32(*all, values);
    const std::size_t width = values.size() / ids.size();
    const auto begin = values.begin() + static_cast<std::ptrdiff_t>(sentence * width);
    return {begin, begin + static_cast<std::ptrdiff_t>(width)};
  }

  SafetensorsFile vectors;
  std::vector<std::vector<std::int32_t>> ids;
};

/// The norm of the difference, over the reference's.
inline double vector_error(const std::vector<float>& found, const std::vector<float>& expected) {
  REQUIRE(found.size() == expected.size());
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < found.size(); ++i) {
    difference += std::pow(double{found[i]} - double{expected[i]}, 2);
    norm += std::pow(double{expected[i]}, 2);
  }
  return std::sqrt(difference / norm);
}

/// `mean` and `cls` of the first sentences of a golden case.
inline void check_sentences(const GoldenSentences& golden, SentenceEncoder& encoder,
                            std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    CAPTURE(i);
    const SentenceVectors found = encoder(golden.ids[i]);
    CHECK(vector_error(found.mean, golden.expected("mean", i)) < 1e-5);
    CHECK(vector_error(found.cls, golden.expected("cls", i)) < 1e-5);
  }
}

}  // namespace electra::test
