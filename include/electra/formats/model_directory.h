#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "electra/formats/hugging_face_config.h"
#include "electra/formats/stored_head.h"
#include "electra/formats/tokenizer_files.h"

namespace electra {

/// All that a model's directory holds, in memory: network, head, weights and tokenizer.
class ModelDirectory {
 public:
  /// Reads and checks all of it. Throws IoError that names file and key or tensor, also for a
  /// weight that is not finite, and for more tokens than the word table has rows.
  explicit ModelDirectory(const std::filesystem::path& directory);
  ~ModelDirectory();
  ModelDirectory(const ModelDirectory&) = delete;
  ModelDirectory& operator=(const ModelDirectory&) = delete;

  [[nodiscard]] const StoredHead& head() const;
  [[nodiscard]] const NetworkParts& network() const;
  [[nodiscard]] const StoredTokenizer& tokenizer() const;
  [[nodiscard]] Index parameters() const;
  /// What is to be said of what was left out: tensors of other heads and poolers.
  [[nodiscard]] std::vector<std::string> remarks() const;

  /// Writes another directory of the same model: weights in f32, configuration, tokenizer, and
  /// sentence-transformers' files if this one has them. Throws ConfigError, and has written
  /// nothing, if the model has no such form (architecture_in); IoError.
  void save(const std::filesystem::path& directory, ModelForm form) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace electra
