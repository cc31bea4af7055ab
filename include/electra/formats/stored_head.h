#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "electra/models/head.h"

namespace electra {

/// What config.json says of a head: what it answers, and how it was trained. What transformers has
/// a key for is written under that (architectures, id2label, label2id, problem_type), the rest
/// under "libelectra".
struct StoredHead {
  std::string kind = {};  // of models/heads.h: "class"
  std::string task = {};  // "classify"; of files of others by architecture and problem
  std::vector<std::string> labels = {};  // by id; empty: it has no labels
  HeadConfig config = {};
  bool pairs = false;            // whether it was trained on pairs of texts
  Index length = 0;              // tokens at most, as it was trained; 0: not said
  Index stride = 0;              // answer: tokens that windows share
  bool unanswerable = false;     // answer: whether "no answer" is one
  double null_threshold = 0;     // answer: above it there is none
  Index max_answer_length = 30;  // answer: tokens of one at most
};

/// The head of the model in this directory, as config.json names it; for an encoder alone, that of
/// vectors, with the pooling of sentence-transformers' files where they are. Throws IoError that
/// names file and key, also for a head that this library does not have.
[[nodiscard]] StoredHead read_head(const std::filesystem::path& directory);

}  // namespace electra
