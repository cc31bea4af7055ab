#pragma once

#include <string>
#include <string_view>

namespace electra {

/// How a corpus is read.
struct CorpusOptions {
  bool blank_line_ends_document = true;  ///< false: a text file is one document
  std::string text_key = "text";         ///< of JSON lines
  /// "auto": UTF-8, and UTF-16 and UTF-32 where they are plain to see; what is rather something
  /// else is refused. A name that iconv knows: of files without a byte order mark. "utf-8": bytes
  /// that are not UTF-8 are left out, however many.
  std::string encoding = "auto";
  double bad_lines = 0.01;  ///< share of the JSON lines that may be no documents; one may always
};

/// Whether CorpusOptions::encoding may be this.
[[nodiscard]] bool is_corpus_encoding(std::string_view name);

}  // namespace electra
