#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/data/corpus.h"
#include "support/temporary_folder.h"

namespace electra::test {

using Documents = std::vector<std::vector<std::string>>;

inline Documents read_all(CorpusReader& reader) {
  Documents documents;
  while (const auto line = reader.next()) {
    if (line->starts_document) documents.emplace_back();
    documents.back().emplace_back(line->text);
  }
  return documents;
}

inline Documents read_corpus(const std::filesystem::path& path, CorpusOptions options = {}) {
  CorpusReader reader(path, std::move(options));
  return read_all(reader);
}

/// What a file of this name and content is read as.
inline Documents read_file_as(const std::string& name, const std::string& bytes,
                              CorpusOptions options = {}) {
  const TemporaryFolder folder;
  write_file(folder / name, bytes);
  return read_corpus(folder / name, std::move(options));
}

inline Documents read_text(const std::string& text, CorpusOptions options = {}) {
  return read_file_as("a.txt", text, std::move(options));
}

/// What was found in it.
inline CorpusFindings findings_of(const std::string& name, const std::string& bytes,
                                  CorpusOptions options = {}) {
  const TemporaryFolder folder;
  write_file(folder / name, bytes);
  CorpusReader reader(folder / name, std::move(options));
  (void)read_all(reader);
  return reader.findings();
}

/// How reading it is refused.
inline std::string refusal_of(const std::string& name, const std::string& bytes,
                              CorpusOptions options = {}) {
  return message_of<IoError>([&] { (void)read_file_as(name, bytes, std::move(options)); });
}

inline std::string repeated(const std::string& text, int times) {
  std::string result;
  for (int i = 0; i < times; ++i) result += text;
  return result;
}

}  // namespace electra::test
