#include "electra/data/corpus_findings.h"

namespace electra {
namespace {

std::string count_of(Index count, const std::string& one, const std::string& many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// "a; b; c; and 7 more".
std::string joined(const std::vector<std::string>& first, Index all) {
  std::string text;
  for (const std::string& each : first) text += (text.empty() ? "" : "; ") + each;
  const Index more = all - std::ssize(first);
  if (more > 0 && !first.empty()) text += "; and " + std::to_string(more) + " more";
  return text;
}

std::string of_folder(const CorpusFindings& f) {
  std::string text = "left out of the folder: ";
  if (f.left_out_files > 0)
    text += count_of(f.left_out_files, "entry", "entries") + " (" +
            joined(f.left_out, f.left_out_files) + ")";
  if (f.hidden_files > 0)
    text += (f.left_out_files > 0 ? ", and " : "") +
            count_of(f.hidden_files, "hidden file or folder", "hidden files and folders");
  return text;
}

}  // namespace

std::vector<std::string> describe(const CorpusFindings& f) {
  std::vector<std::string> lines;
  const auto add = [&](Index count, const std::string& text) {
    if (count > 0) lines.push_back("corpus: " + text);
  };
  add(f.unpacked_files, "unpacked " + count_of(f.unpacked_files, "file", "files"));
  add(f.transcoded_files, "transcoded " + count_of(f.transcoded_files, "file", "files") + " from " +
                              joined(f.encodings, std::ssize(f.encodings)));
  add(f.utf8_files, count_of(f.utf8_files, "file is", "files are") +
                        " UTF-8, and read so, not as data.encoding says");
  add(f.bad_lines, "left out " + count_of(f.bad_lines, "bad line", "bad lines") + " of " +
                       std::to_string(f.json_lines) + ": " + joined(f.bad, f.bad_lines));
  add(f.left_out_files + f.hidden_files, of_folder(f));
  add(f.files_without_text, count_of(f.files_without_text, "file has", "files have") + " no text");
  const std::string of = f.transcoded_files > 0 ? "in the file's encoding" : "UTF-8";
  add(f.invalid_bytes,
      "left out " +
          count_of(f.invalid_bytes, "byte that is not " + of + ", or NUL,",
                   "bytes that are not " + of + ", or NUL,") +
          (f.invalid_lines > 0 ? " on " + count_of(f.invalid_lines, "line", "lines") + "," : "") +
          " first at " + f.first_invalid);
  add(f.lone_surrogates,
      "left out " + count_of(f.lone_surrogates, "half of a character", "halves of characters") +
          " (surrogates alone) in JSON text");
  add(f.cut_lines,
      "read " + count_of(f.cut_lines, "line", "lines") + " longer than 1 MiB in pieces");
  return lines;
}

}  // namespace electra
