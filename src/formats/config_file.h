#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "electra/core/shape.h"
#include "io/json.h"

namespace electra {

/// Reads keys of a directory's config.json, with messages that name file and key. A key that is not
/// there, or null, has the value that the caller says.
class ConfigFile {
 public:
  /// Throws IoError.
  explicit ConfigFile(const std::filesystem::path& directory);

  [[nodiscard]] bool has(const char* key) const;
  /// 1 or more.
  [[nodiscard]] Index integer(const char* key, Index otherwise) const;
  [[nodiscard]] float number(const char* key, float otherwise) const;
  [[nodiscard]] bool flag(const char* key, bool otherwise) const;
  [[nodiscard]] std::string text(const char* key, const std::string& otherwise) const;
  /// Whether a list or an object has anything in it.
  [[nodiscard]] bool filled(const char* key) const { return has(key) && !json_[key].empty(); }
  /// An object, empty if it is not there.
  [[nodiscard]] Json object(const char* key) const;
  /// The first of `architectures`; empty if there is none.
  [[nodiscard]] std::string architecture() const;
  [[noreturn]] void fail(const char* key, const std::string& expected) const;

 private:
  static constexpr std::uint64_t largest = 1U << 24U;  // size: no network that exists comes near

  std::string path_;
  Json json_;
};

}  // namespace electra
