#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/infer/engine.h"
#include "electra/infer/inference_options.h"
#include "electra/kernels/pooling.h"

namespace electra {

/// A text as a vector.
struct TextVector {
  std::vector<std::int32_t> ids;  // its tokens, [CLS] and [SEP] included
  std::vector<float> values;      // [dimension]
  Index left_out = 0;             // tokens that LongText::truncate cut off
};

/// How vectors are made; what is not said is as the directory has it.
struct VectorOptions {
  std::optional<Pooling> pooling = std::nullopt;
  std::optional<bool> normalise = std::nullopt;  // whether they get length 1
};

/// An encoder that makes vectors of texts, such as sentence-transformers have. Safe from any number
/// of threads at once.
class TextEmbedder {
 public:
  using Options = InferenceOptions;

  /// Opens a Hugging Face directory of an encoder with its tokenizer; a head of pretraining is left
  /// out. Pooling and length of vectors are as its sentence-transformers' files say, else as its
  /// config.json does, else the mean over all tokens, of length 1. Throws IoError for the head of
  /// another task; Error.
  explicit TextEmbedder(const std::filesystem::path& directory);
  TextEmbedder(const std::filesystem::path& directory, const Options& options,
               const VectorOptions& vectors = {});
  ~TextEmbedder();
  TextEmbedder(TextEmbedder&&) noexcept;
  TextEmbedder& operator=(TextEmbedder&&) noexcept;

  /// Numbers of a vector.
  [[nodiscard]] Index dimension() const;
  [[nodiscard]] Pooling pooling() const;
  /// What computes: its limit, its precision.
  [[nodiscard]] const Engine& engine() const;
  [[nodiscard]] bool normalises() const;

  /// Any bytes are a text; those that are not UTF-8 are left out of the tokens. Throws InputError
  /// for a text that is too long, if the options are to fail, or if its vector is not finite. In
  /// windows, the vector is the mean of theirs, each as often as it answers for tokens; a vector
  /// gets length 1 after that. One of length 0 stays as it is.
  [[nodiscard]] TextVector embed(std::string_view text) const;
  /// One for each text, in the order given: faster than one by one, and the same but for rounding.
  /// An InputError names the text by its number, from 0; then none has a vector.
  [[nodiscard]] std::vector<TextVector> embed(std::span<const std::string> texts) const;
  [[nodiscard]] std::vector<TextVector> embed(std::initializer_list<std::string> texts) const;

 private:
  struct Parts;
  std::unique_ptr<const Parts> parts_;
};

}  // namespace electra
