#include "electra/pretrain/prepared_text.h"

#include <system_error>
#include <utility>

#include "electra/core/atomic_file.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/mapped_file.h"
#include "electra/formats/tokenizer_files.h"
#include "pretrain/initialization.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

/// A file of ours is only ever replaced as a whole, so that a link keeps what it was.
void link_or_copy(const fs::path& from, const fs::path& to) {
  std::error_code refused;
  fs::create_hard_link(from, to, refused);
  if (!refused) return;
  const MappedFile file(from);
  AtomicFile copy(to);
  copy.write(file.bytes());
  copy.commit();
}

}  // namespace

PreparedData prepare_text(PretrainConfig config, const fs::path& root,
                          const std::function<void(const std::string&)>& say,
                          const StopRequest& stop) {
  config = with_released_sizes(std::move(config));
  check(config);
  check_inputs(config);
  const PreparedText text{root};
  PreparedData data(config, text.vocabulary(), text.tokens(), say, stop);
  save_tokenizer_config(root, data.vocabulary(), wordpiece_options(config.vocabulary),
                        config.model.positions, data.added_tokens());
  return data;
}

PretrainConfig with_prepared_text(PretrainConfig config) {
  if (config.data.prepared.empty()) return config;
  const PreparedText text{config.data.prepared};
  for (const fs::path& file : {text.tokens(), text.vocabulary(), text.tokenizer(), text.record()})
    if (!fs::exists(file))
      throw IoError(file.string() + ": expected what electra prepare makes, found no such file");
  VocabularyConfig& vocabulary = config.vocabulary;
  if (!vocabulary.file.empty() && vocabulary.file != text.vocabulary())
    refuse_value("vocabulary.file", "none beside data.prepared, which has its own",
                 vocabulary.file);
  const WordpieceOptions options = load_tokenizer(text.root).options;
  vocabulary.file = text.vocabulary().string();
  vocabulary.lower_case = options.lower_case;
  vocabulary.strip_accents = options.strip_accents;
  vocabulary.cut_long_words = options.cut_long_words;
  vocabulary.compat = options.compat;
  return config;
}

void take_prepared_text(const PreparedText& text, const fs::path& vocabulary_file,
                        const fs::path& token_file) {
  const fs::path folder = token_file.parent_path();
  make_folders(folder);
  write_file(vocabulary_file.parent_path() / text.tokenizer().filename(),
             read_file(text.tokenizer()));
  write_file(folder / text.record().filename(), read_file(text.record()));
  link_or_copy(text.tokens(), token_file);
}

}  // namespace electra
