#include "finetune/model_folder.h"

#include <array>
#include <string>

#include "electra/core/atomic_file.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
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

void save_modules(const fs::path& folder, Pooling pooling, Index width, Index length) {
  const auto flag = [&](Pooling kind) { return pooling == kind ? "true" : "false"; };
  make_folders(folder / "1_Pooling");
  make_folders(folder / "2_Normalize");
  write_file(folder / "1_Pooling" / "config.json",
             "{\n  \"word_embedding_dimension\": " + std::to_string(width) +
                 ",\n  \"pooling_mode_cls_token\": " + flag(Pooling::cls) +
                 ",\n  \"pooling_mode_mean_tokens\": " + flag(Pooling::mean) +
                 ",\n  \"pooling_mode_max_tokens\": " + flag(Pooling::max) + "\n}\n");
  write_file(
      folder / "sentence_bert_config.json",
      "{\n  \"max_seq_length\": " + std::to_string(length) + ",\n  \"do_lower_case\": false\n}\n");
  write_file(folder / "modules.json", R"([
  {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
  {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
  {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}
]
)");
}

}  // namespace electra
