#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What a corpus consists of.
struct CorpusFiles {
  struct LeftOut {
    std::filesystem::path path;
    std::string reason;
  };

  std::vector<std::filesystem::path> files;  // sorted
  std::vector<LeftOut> left_out;             // sorted; hidden ones are counted alone
  Index hidden = 0;
};

/// Why a file whose name does not tell what it is is no corpus; empty if it is one.
using Judge = std::function<std::string(const std::filesystem::path&)>;

/// The file itself, or the files below a folder that are read by their names (text_content.h), and
/// those of *.json and of names without an extension that `judge` finds no fault with. Links are
/// followed, but each file and folder counts once, under a name that is no link where it has one.
/// Throws IoError for a path that is not there, and for a folder without a file to read.
[[nodiscard]] CorpusFiles find_corpus_files(const std::filesystem::path& path, const Judge& judge);

}  // namespace electra
