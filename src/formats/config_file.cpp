#include "formats/config_file.h"

#include "electra/core/error.h"
#include "electra/core/file.h"

namespace electra {

ConfigFile::ConfigFile(const std::filesystem::path& directory)
    : path_((directory / "config.json").string()),
      json_(parse_json_object(read_file(path_), path_)) {}

bool ConfigFile::has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }

Index ConfigFile::integer(const char* key, Index otherwise) const {
  if (!has(key)) return otherwise;
  const Json& value = json_[key];
  if (!value.is_number_integer() || value.get<Index>() < 1) fail(key, "a positive integer");
  if (value.get<std::uint64_t>() > largest) fail(key, "at most " + std::to_string(largest));
  return value.get<Index>();
}

float ConfigFile::number(const char* key, float otherwise) const {
  if (!has(key)) return otherwise;
  if (!json_[key].is_number()) fail(key, "a number");
  return json_[key].get<float>();
}

bool ConfigFile::flag(const char* key, bool otherwise) const {
  if (!has(key)) return otherwise;
  if (!json_[key].is_boolean()) fail(key, "true or false");
  return json_[key].get<bool>();
}

std::string ConfigFile::text(const char* key, const std::string& otherwise) const {
  if (!has(key)) return otherwise;
  if (!json_[key].is_string()) fail(key, "a string");
  return json_[key].get<std::string>();
}

Json ConfigFile::object(const char* key) const {
  if (!has(key)) return Json::object();
  if (!json_[key].is_object()) fail(key, "an object");
  return json_[key];
}

std::string ConfigFile::architecture() const {
  const auto found = json_.find("architectures");
  const bool named =
      found != json_.end() && found->is_array() && !found->empty() && found->front().is_string();
  return named ? found->front().get<std::string>() : "";
}

void ConfigFile::fail(const char* key, const std::string& expected) const {
  throw IoError(path_ + ": " + key + ": expected " + expected + ", found " +
                (json_.contains(key) ? json_[key].dump() : "nothing"));
}

}  // namespace electra
