#include "finetune/model_folder.h"

#include <array>
#include <string>

#include "electra/core/atomic_file.h"
#include "electra/core/error.h"
#include "electra/core/mapped_file.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

constexpr std::array model_files{"model.safetensors", "config.json"};
constexpr std::array tokenizer_files{"vocab.txt", "tokenizer.json", "added_tokens.json",
                                     "special_tokens_map.json", "tokenizer_config.json"};

void copy_whole(const fs::path& from, const fs::path& to) {
  const MappedFile file(from);
  AtomicFile copy(to);
  copy.write(file.bytes());
  copy.commit();
}

}  // namespace

void check_free(const fs::path& folder) {
  for (const char* name : model_files)
    if (fs::exists(fs::symlink_status(folder / name)))
      throw ConfigError((folder / name).string() +
                        ": fine-tuning would write this; choose another folder");
}

void publish_model(const fs::path& model, const fs::path& tokenizer, const fs::path& folder) {
  for (const char* name : tokenizer_files)
    if (fs::exists(tokenizer / name)) copy_whole(tokenizer / name, folder / name);
  for (const char* name : model_files) copy_whole(model / name, folder / name);
}

}  // namespace electra
