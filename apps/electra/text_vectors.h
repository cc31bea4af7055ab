#pragma once

#include <string>

#include "arguments.h"
#include "electra/infer/text_embedder.h"

namespace electra {

inline constexpr OptionInfo pooling_option{
    "--pooling", OptionInfo::Kind::text, "POOLING", "mean, cls or max (default: as the model says)",
    false,       "mean cls max"};

/// Opens the model as --pooling, --device, --threads, --precision and --length say. Throws
/// ConfigError for a value that there is not.
[[nodiscard]] TextEmbedder open_embedder(const std::string& directory, const Arguments& arguments);

/// How many texts lost tokens, and how many.
class CutTexts {
 public:
  void count(const TextVector& vector);
  /// On standard error, if there were any.
  void say_so() const;

 private:
  Index texts_ = 0, tokens_ = 0;
};

/// A vector of zeros stays one.
void set_length_1(TextVector& vector);
[[nodiscard]] double dot(const TextVector& a, const TextVector& b);

}  // namespace electra
