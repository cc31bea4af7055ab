#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "electra/core/parameters.h"
#include "electra/formats/stored_head.h"

namespace electra {

/// One number of what a head says: of a head of texts in row 0, of a head of tokens in the row of a
/// token.
struct OutputPlace {
  Index row = 0, column = 0;
};

/// What of a model's answer comes from which token.
struct Attribution {
  double score = 0;             // the sum of the numbers that were chosen, before any softmax
  std::vector<double> outputs;  // [rows, outputs]: all that the head says
  std::vector<double> tokens;   // of each token: d score / d its word vector, times that vector
  Index layers = 0, heads = 0;
  std::vector<float> attention;  // [layers, heads, tokens, tokens]: a query's row sums to 1
};

/// Gradient × input of a model with a head that can be trained, and its attention: through the
/// layers' own forward and backward, without dropout. Not safe from several threads at once.
class Attributor {
 public:
  struct Options {
    Precision precision = Precision::f32;  // or f64
    int threads = 0;                       // 0: all processors
  };
  /// Which numbers the score is the sum of, given all of them, [rows, outputs].
  using Choose = std::function<std::vector<OutputPlace>(std::span<const double> outputs)>;

  /// Throws IoError for a directory whose head has no backward: vectors, words, or BERT's pooler.
  explicit Attributor(const std::filesystem::path& directory);
  Attributor(const std::filesystem::path& directory, const Options& options);
  ~Attributor();
  Attributor(Attributor&&) noexcept;
  Attributor& operator=(Attributor&&) noexcept;

  [[nodiscard]] const StoredHead& head() const;
  /// Numbers in a row of the head's.
  [[nodiscard]] Index outputs() const;
  /// Whether there is a row for each token, or one for the text.
  [[nodiscard]] bool by_token() const;

  /// What the head says of these tokens, [rows, outputs].
  [[nodiscard]] std::vector<double> outputs_of(std::span<const std::int32_t> ids,
                                               std::span<const std::int32_t> types);
  /// Throws InputError for what does not fit the network, or if the score is not finite.
  [[nodiscard]] Attribution attribute(std::span<const std::int32_t> ids,
                                      std::span<const std::int32_t> types, const Choose& choose);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace electra
