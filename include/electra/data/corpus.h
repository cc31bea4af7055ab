#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace electra {

struct CorpusOptions {
  enum class BlankLine : std::uint8_t { ends_document, is_skipped };
  BlankLine blank_line = BlankLine::ends_document;
};

/// One document: its sentences or paragraphs, without line ends and without empty ones.
using Document = std::vector<std::string>;

/// The files of a corpus: the file itself, or a folder's *.txt and *.jsonl, recursively, sorted by
/// path. Throws IoError if there is none.
[[nodiscard]] std::vector<std::filesystem::path> corpus_files(const std::filesystem::path& corpus);

/// Calls `use` with every document that is not empty, in order. Text has one sentence or paragraph
/// a line, an empty line between documents; JSONL has one document a line, {"text": …}, whose line
/// ends separate sentences. Bytes that are not UTF-8 are passed on. Throws IoError with file and
/// line, or if the whole corpus is empty.
void read_corpus(const std::filesystem::path& corpus, const CorpusOptions& options,
                 const std::function<void(const Document&)>& use);

}  // namespace electra
