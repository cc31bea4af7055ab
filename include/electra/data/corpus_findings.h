#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// What was found while a corpus was read: how much of it, and all that a reader of its figures
/// should know of. Places are "file:line".
struct CorpusFindings {
  Index files = 0;
  Index bytes = 0;      // of the files, as they are
  Index lines = 0;      // of text, pieces of one counted once
  Index documents = 0;  // with text

  Index json_lines = 0;                    // that should have been documents
  Index bad_lines = 0;                     // that were none
  std::vector<std::string> bad = {};       // the first three: "file:line: reason"
  Index left_out_files = 0;                // of a folder
  std::vector<std::string> left_out = {};  // the first three: "path: reason"
  Index hidden_files = 0;                  // and folders, left out as well
  Index files_without_text = 0;

  Index unpacked_files = 0;
  Index transcoded_files = 0;
  std::vector<std::string> encodings = {};  // of those
  Index utf8_files = 0;                     // that were UTF-8 where data.encoding says otherwise
  Index invalid_bytes = 0;                  // that the encoding does not have, left out; and NULs
  Index invalid_lines = 0;                  // with such bytes
  std::string first_invalid;                // where the first was
  Index lone_surrogates = 0;                // halves of characters in JSON text, left out
  Index cut_lines = 0;                      // longer than 1 MiB, read in pieces

  void fields(auto&& visit) {
    visit("files", files, "that were read");
    visit("bytes", bytes, "of the files as they are");
    visit("lines", lines, "of text");
    visit("documents", documents, "with text");
    visit("json_lines", json_lines, "that should have been documents");
    visit("bad_lines", bad_lines, "that were none");
    visit("bad", bad, "the first three");
    visit("left_out_files", left_out_files, "of a folder");
    visit("left_out", left_out, "the first three");
    visit("hidden_files", hidden_files, "of a folder, left out as well");
    visit("files_without_text", files_without_text, "that were read");
    visit("unpacked_files", unpacked_files, "from gzip or zstd");
    visit("transcoded_files", transcoded_files, "from another encoding");
    visit("encodings", encodings, "of those");
    visit("utf8_files", utf8_files, "that were UTF-8 in spite of data.encoding");
    visit("invalid_bytes", invalid_bytes, "left out");
    visit("invalid_lines", invalid_lines, "with such bytes");
    visit("first_invalid", first_invalid, "where the first was");
    visit("lone_surrogates", lone_surrogates, "in JSON text, left out");
    visit("cut_lines", cut_lines, "read in pieces");
  }

  bool operator==(const CorpusFindings&) const = default;
};

/// What a user should know of them, a line each: nothing if all of the corpus was read as it is.
[[nodiscard]] std::vector<std::string> describe(const CorpusFindings& findings);

}  // namespace electra
