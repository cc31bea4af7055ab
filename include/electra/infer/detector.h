#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/device.h"
#include "electra/core/shape.h"

namespace electra {

/// What a discriminator says of a text: one entry a token, [CLS] and [SEP] included.
struct Detection {
  struct Span {
    Index begin = 0, end = 0;  // code points of the text, half-open; empty for [CLS] and [SEP]
  };
  std::string text;
  std::vector<std::int32_t> ids;
  std::vector<std::string> tokens;
  std::vector<Span> spans;
  std::vector<double> probabilities;  // of having been replaced
};

/// A trained or imported discriminator in an application: text in, a probability for each token
/// out. Not for several threads at once.
class Detector {
 public:
  struct Options {
    Device device;
    int threads = 0;  // 0: all processors
  };

  /// Loads a Hugging Face directory of an ElectraForPreTraining with its tokenizer. Throws Error.
  explicit Detector(const std::filesystem::path& directory);
  Detector(const std::filesystem::path& directory, const Options& options);
  ~Detector();
  Detector(Detector&&) noexcept;
  Detector& operator=(Detector&&) noexcept;

  /// Throws ConfigError if the text has more tokens than the model has positions.
  [[nodiscard]] Detection detect(std::string_view text) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace electra
