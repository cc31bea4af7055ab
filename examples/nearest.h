#pragma once

#include <algorithm>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "electra/infer/text_embedder.h"

namespace electra {

/// One for each text, of length 1 (or 0), so that a product of two is their cosine.
using Vectors = std::vector<std::vector<float>>;
using Embed = std::function<Vectors(std::span<const std::string> texts)>;

/// Vectors by a model, which must be opened with VectorOptions::normalise and outlive what is
/// returned.
inline Embed embedding_by(const TextEmbedder& embedder) {
  return [&embedder](std::span<const std::string> texts) {
    Vectors vectors;
    for (TextVector& vector : embedder.embed(texts)) vectors.push_back(std::move(vector.values));
    return vectors;
  };
}

inline double dot(const std::vector<float>& a, const std::vector<float>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Numbers of vectors, the most similar to the query first; of equals the earlier.
inline std::vector<std::size_t> nearest(const std::vector<float>& query, const Vectors& vectors) {
  std::vector<double> similarity;
  for (const std::vector<float>& vector : vectors) similarity.push_back(dot(query, vector));
  std::vector<std::size_t> order(vectors.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, [&](std::size_t a, std::size_t b) { return similarity[a] > similarity[b]; });
  return order;
}

}  // namespace electra
