#include "formats/tokenizer_length.h"

#include <cmath>
#include <filesystem>
#include <system_error>

#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

constexpr double least = 3;   // [CLS], [SEP] and a token between them
constexpr double most = 1e9;  // no model is as long: the number stands for none

std::optional<StoredLength> length_in(const Json& json, const char* key, const fs::path& file) {
  if (!json.contains(key) || json[key].is_null()) return std::nullopt;
  const Json& found = json[key];
  const double tokens = found.is_number() ? found.get<double>() : 0;
  if (tokens < least || tokens != std::floor(tokens))
    throw IoError(file.string() + ": " + key + ": expected a number of tokens, 3 or more, found " +
                  kind_of(found));
  if (tokens > most) return std::nullopt;
  return StoredLength{static_cast<Index>(tokens), std::string(key) + " in " + file.string()};
}

}  // namespace

std::optional<StoredLength> stored_length(const TokenizerFolder& folder) {
  const fs::path sentences = folder.directory / "sentence_bert_config.json";
  std::error_code unknown;  // then it is not there for us
  if (fs::exists(sentences, unknown)) {
    const Json json = parse_json_object(read_file(sentences), sentences.string());
    if (auto length = length_in(json, "max_seq_length", sentences)) return length;
  }
  const fs::path config = folder.directory / "tokenizer_config.json";
  const bool is_older = !folder.config.contains("model_max_length");
  return length_in(folder.config, is_older ? "max_len" : "model_max_length", config);
}

}  // namespace electra
