#include "text_vectors.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "electra/core/error.h"
#include "model_options.h"
#include "support/progress_line.h"

namespace electra {

namespace {

std::optional<Pooling> pooling_of(const Arguments& arguments) {
  const std::string name = arguments.text("--pooling");
  if (name.empty()) return std::nullopt;
  const auto names = enum_names(Pooling{});
  const auto found = std::ranges::find(names, name);
  if (found == names.end())
    throw ConfigError("--pooling: expected mean, cls or max, found \"" + name + "\"");
  return static_cast<Pooling>(found - names.begin());
}

}  // namespace

TextEmbedder open_embedder(const std::string& directory, const Arguments& arguments) {
  const VectorOptions vectors{.pooling = pooling_of(arguments)};
  TextEmbedder embedder(directory, inference_options(arguments), vectors);
  say_precision(embedder.engine());
  return embedder;
}

void CutTexts::count(const TextVector& vector) {
  texts_ += vector.left_out > 0 ? 1 : 0;
  tokens_ += vector.left_out;
}

void CutTexts::say_so() const {
  if (texts_ == 0) return;
  say(std::to_string(texts_) + (texts_ == 1 ? " text was" : " texts were") +
      " cut at the model's length: " + std::to_string(tokens_) + " tokens left out");
}

void set_length_1(TextVector& vector) {
  const double length = std::sqrt(dot(vector, vector));
  if (length == 0) return;
  for (float& number : vector.values) number = static_cast<float>(number / length);
}

double dot(const TextVector& a, const TextVector& b) {
  return std::inner_product(a.values.begin(), a.values.end(), b.values.begin(), 0.0);
}

}  // namespace electra
