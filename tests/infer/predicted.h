#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/tasks/example.h"
#include "electra/tasks/prediction.h"
#include "infer/network_answer.h"
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

}  // namespace electra::test
