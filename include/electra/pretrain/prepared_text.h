#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "electra/core/interruption.h"
#include "electra/pretrain/config.h"
#include "electra/pretrain/prepared_data.h"

namespace electra {

/// A folder of a corpus that was made ready for runs: its tokens, and the vocabulary and the
/// settings that they were made with.
struct PreparedText {
  std::filesystem::path root;

  [[nodiscard]] std::filesystem::path vocabulary() const { return root / "vocab.txt"; }
  [[nodiscard]] std::filesystem::path tokenizer() const { return root / "tokenizer_config.json"; }
  [[nodiscard]] std::filesystem::path tokens() const { return root / "corpus.etok"; }
  [[nodiscard]] std::filesystem::path record() const { return root / "corpus.json"; }
};

/// Makes such a folder of data.corpus, as a run of this configuration would. `say` is told what is
/// done. Throws Error; Interrupted, and then what is not complete is not there.
[[nodiscard]] PreparedData prepare_text(PretrainConfig config, const std::filesystem::path& root,
                                        const std::function<void(const std::string&)>& say,
                                        const StopRequest& stop = {});

/// The configuration with the vocabulary and the treatment of text of data.prepared. Unchanged if
/// there is none. Throws Error if that is no such folder, or another vocabulary is named, too.
[[nodiscard]] PretrainConfig with_prepared_text(PretrainConfig config);

/// Gives a run's folder the tokens of a prepared text: links to its files, or copies where there
/// can be no links. Throws IoError.
void take_prepared_text(const PreparedText& text, const std::filesystem::path& vocabulary_file,
                        const std::filesystem::path& token_file);

}  // namespace electra
