#pragma once

#include <cctype>
#include <cmath>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "nearest.h"

namespace electra {

/// Vectors of texts by their words alone (TF-IDF), what a model's are held against. A word is two
/// or more letters or digits of ASCII, in lower case; it counts (1 + ln(times in the text)) *
/// (1 + ln((1 + texts) / (1 + texts that have it))), and vectors get length 1.
class WordVectors {
 public:
  /// What texts have which words is learned from these.
  explicit WordVectors(std::span<const std::string> texts) {
    std::map<std::string, int> having;
    for (const std::string& text : texts)
      for (const auto& [word, count] : counts(text)) ++having[word];
    for (const auto& [word, count] : having) {
      const double share = (1 + static_cast<double>(texts.size())) / (1 + count);
      words_.emplace(word, Word{words_.size(), 1 + std::log(share)});
    }
  }

  /// A word that none of the first texts had counts for nothing.
  [[nodiscard]] std::vector<float> operator()(const std::string& text) const {
    std::vector<float> vector(words_.size());
    for (const auto& [word, count] : counts(text))
      if (const auto known = words_.find(word); known != words_.end())
        vector[known->second.column] =
            static_cast<float>((1 + std::log(count)) * known->second.weight);
    const double length = std::sqrt(dot(vector, vector));
    if (length > 0)
      for (float& value : vector) value = static_cast<float>(value / length);
    return vector;
  }

  [[nodiscard]] Vectors operator()(std::span<const std::string> texts) const {
    Vectors vectors;
    for (const std::string& text : texts) vectors.push_back((*this)(text));
    return vectors;
  }

 private:
  struct Word {
    std::size_t column = 0;
    double weight = 0;
  };

  static std::map<std::string, int> counts(const std::string& text) {
    std::map<std::string, int> counts;
    std::string word;
    for (const char c : text + " ") {
      if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
        word += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        continue;
      }
      if (word.size() > 1) ++counts[word];
      word.clear();
    }
    return counts;
  }

  std::map<std::string, Word> words_;
};

}  // namespace electra
