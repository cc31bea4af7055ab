#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/host_copy.h"
#include "electra/tasks/example.h"
#include "electra/tasks/prediction.h"
#include "infer/saved_predictor.h"

namespace electra::test {

/// A line of a file each.
inline Examples texts_of(const std::vector<std::string>& texts) {
  Examples examples;
  examples.file = "some texts";
  for (const std::string& text : texts) {
    Example example;
    example.line = std::ssize(examples.rows) + 1;
    example.text = text;
    examples.rows.push_back(example);
  }
  return examples;
}

inline void check_same(const Prediction& found, const Prediction& expected) {
  const auto close = [](const auto& a, const auto& b) {
    REQUIRE(a.size() == b.size());
    for (std::size_t i = 0; i < a.size(); ++i)
      CHECK(static_cast<double>(a[i]) == Approx(static_cast<double>(b[i])).margin(1e-5));
  };
  close(found.outputs, expected.outputs);
  close(found.vector, expected.vector);
  close(found.vector_b, expected.vector_b);
  CHECK(found.tags == expected.tags);
  CHECK(found.answer == expected.answer);
  CHECK(found.span == expected.span);
  CHECK(found.score == Approx(expected.score).margin(1e-5));
  CHECK(found.null_score == Approx(expected.null_score).margin(1e-5));
}

/// The answer of the model to one sequence without padding, straight from the network.
inline std::vector<float> logits_of(const std::filesystem::path& directory,
                                    const std::vector<std::int32_t>& ids,
                                    const std::vector<std::int32_t>& types) {
  const StoredHead head = read_head(directory);
  const auto context = Context::create({}, {.threads = 1});
  ParameterStore store;
  const TextModel model(store, read_network_config(directory), head_kind(head.kind), head.config);
  store.allocate(*context, Precision::f32);
  load_network(directory, model.parts(), store);
  Arena arena(*context);
  const auto upload = [&](const std::vector<std::int32_t>& values) {
    const TensorView view = arena.allocate({std::ssize(values)}, DType::i32);
    to_device(*context, values, view);
    return view;
  };
  const auto length = static_cast<std::int32_t>(ids.size());
  Pass pass{.context = *context,
            .arena = arena,
            .rows = {.batch = 1, .length = length, .lengths = upload({length})},
            .mode = Mode::inference};
  return to_host_f32(*context, model.answer(pass, upload(ids), upload(types)));
}

}  // namespace electra::test
