#include "data/corpus_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <deque>
#include <set>
#include <system_error>
#include <utility>

#include "data/raw_file.h"
#include "data/text_content.h"

namespace electra {
namespace {

namespace fs = std::filesystem;

using FileId = std::pair<dev_t, ino_t>;

std::string reason(int code) { return std::generic_category().message(code); }

bool by_path(const fs::path& a, const fs::path& b) { return a < b; }

std::string fault_of_name(const fs::path& path) {
  constexpr std::array packed{".bz2", ".xz",  ".lzma", ".lz4", ".zip",
                              ".7z",  ".rar", ".tar",  ".tgz"};
  const std::string extension = path.extension().string();
  if (std::ranges::find(packed, extension) != packed.end())
    return "packed: unpack it first, or pack it with gzip or zstd";
  return "its name is none of those that are read";
}

/// Walks a folder: first what really lies in it, then what its links lead to.
class Walk {
 public:
  Walk(const fs::path& folder, const Judge& judge) : judge_(judge) {
    struct stat status {};
    if (::stat(folder.c_str(), &status) == 0) seen_.insert({status.st_dev, status.st_ino});
    list(folder);
    while (!links_.empty()) {
      std::ranges::sort(links_, by_path);
      const fs::path link = links_.front();
      links_.pop_front();
      add_target(link);
      add_files();
    }
  }

  CorpusFiles take() {
    std::ranges::sort(found_.files, by_path);
    std::ranges::sort(found_.left_out, by_path, &CorpusFiles::LeftOut::path);
    return std::move(found_);
  }

 private:
  void leave_out(const fs::path& path, std::string why) {
    found_.left_out.push_back({path, std::move(why)});
  }

  void list(const fs::path& folder) {
    std::deque<fs::path> folders{folder};
    while (!folders.empty()) {
      list_one(folders.front(), folders);
      folders.pop_front();
    }
    add_files();
  }

  void list_one(const fs::path& folder, std::deque<fs::path>& folders) {
    std::error_code code;
    for (fs::directory_iterator entry(folder, code), end; !code && entry != end;
         entry.increment(code)) {
      const fs::path& path = entry->path();
      struct stat status {};
      if (path.filename().string().starts_with('.'))
        ++found_.hidden;
      else if (::lstat(path.c_str(), &status) != 0)
        leave_out(path, "cannot be examined: " + reason(errno));
      else if (S_ISLNK(status.st_mode))
        links_.push_back(path);
      else if (!S_ISDIR(status.st_mode))
        entries_.emplace_back(path, status);
      else if (seen_.insert({status.st_dev, status.st_ino}).second)
        folders.push_back(path);
      else
        leave_out(path, "a folder that is read already");
    }
    if (code) leave_out(folder, "cannot be listed: " + code.message());
  }

  void add_target(const fs::path& link) {
    struct stat status {};
    if (::stat(link.c_str(), &status) != 0)
      return leave_out(link, "a link that leads nowhere: " + reason(errno));
    if (!S_ISDIR(status.st_mode)) {
      entries_.emplace_back(link, status);
    } else if (seen_.insert({status.st_dev, status.st_ino}).second) {
      list(link);
    } else {
      leave_out(link, "a link to a folder that is read already");
    }
  }

  /// In the order of their paths, so that of two names of one file the same is taken each time.
  void add_files() {
    std::ranges::sort(entries_, by_path, &Entry::first);
    for (const auto& [path, status] : entries_) {
      const std::string why = fault_of(path, status);
      if (!why.empty())
        leave_out(path, why);
      else if (seen_.insert({status.st_dev, status.st_ino}).second)
        found_.files.push_back(path);
      else
        leave_out(path, "another name of a file that is read already");
    }
    entries_.clear();
  }

  [[nodiscard]] std::string fault_of(const fs::path& path, const struct stat& status) const {
    if (!S_ISREG(status.st_mode)) return "no regular file";
    const NameKind kind = kind_by_name(path);
    if (kind == NameKind::other) return fault_of_name(path);
    if (::access(path.c_str(), R_OK) != 0) return "cannot be opened: " + reason(errno);
    const bool clear = kind == NameKind::text || kind == NameKind::json_lines;
    return clear ? "" : judge_(path);
  }

  using Entry = std::pair<fs::path, struct stat>;

  const Judge& judge_;
  CorpusFiles found_;
  std::deque<fs::path> links_;
  std::vector<Entry> entries_;
  std::set<FileId> seen_;
};

/// Names a few of those that were left out, for a folder without anything else.
std::string names_of(const CorpusFiles& found) {
  constexpr std::size_t most = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(most, found.left_out.size()); ++i)
    text += (i > 0 ? "; " : "") + found.left_out[i].path.filename().string() + " (" +
            found.left_out[i].reason + ")";
  if (found.left_out.size() > most)
    text += "; and " + std::to_string(found.left_out.size() - most) + " more";
  if (found.hidden > 0)
    text += (text.empty() ? "" : "; ") + std::to_string(found.hidden) + " hidden";
  return text;
}

}  // namespace

CorpusFiles find_corpus_files(const fs::path& path, const Judge& judge) {
  std::error_code code;
  const fs::file_status status = fs::status(path, code);
  if (!fs::exists(status))
    fail_corpus(path, "expected a file or a folder, found " + code.message());
  if (!fs::is_directory(status)) return {.files = {path}, .left_out = {}, .hidden = 0};
  if (::access(path.c_str(), R_OK | X_OK) != 0)
    fail_corpus(path, "cannot be listed: " + reason(errno));
  CorpusFiles found = Walk(path, judge).take();
  if (!found.files.empty()) return found;
  const std::string names = names_of(found);
  fail_corpus(path,
              "expected *.txt, *.jsonl or *.json files (or *.txt.gz, …, .zst) in the folder, "
              "found none" +
                  (names.empty() ? "" : "; left out: " + names));
}

}  // namespace electra
