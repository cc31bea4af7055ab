#include "electra/data/corpus_record.h"

#include <algorithm>
#include <system_error>

#include "data/corpus_reading.h"
#include "data/raw_file.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/config.h"

namespace electra {
namespace {

namespace fs = std::filesystem;

struct FileNow {
  fs::path path;
  std::string name;  // below the corpus
  FileFacts facts;
};

std::vector<FileNow> files_now(const fs::path& corpus, const CorpusOptions& options) {
  std::vector<FileNow> files;
  for (const fs::path& path : corpus_files(corpus, options).files)
    files.push_back({path, name_in_corpus(path, corpus), facts_of(path)});
  return files;
}

std::int64_t checksum_of(const fs::path& path, const StopRequest& stop) {
  RawFile file(path);
  while (!file.read().empty()) stop_if(stop);
  return file.checksum();
}

std::string bytes_text(std::int64_t count) { return std::to_string(count) + " bytes"; }

void check_lengths(const CorpusRecord& record, const fs::path& path) {
  for (const std::size_t length : {record.bytes.size(), record.modified_ns.size(),
                                   record.changed_ns.size(), record.crc32c.size()})
    if (length != record.files.size())
      throw IoError(path.string() + ": expected lists of one length, found " +
                    std::to_string(record.files.size()) + " files and " + std::to_string(length) +
                    " values");
}

/// Empty if file i of the record is this one.
std::string difference_of(const CorpusRecord& record, std::size_t i, const FileNow& now,
                          const StopRequest& stop) {
  const std::string where = "file " + std::to_string(i + 1) + ", " + now.path.string();
  const std::string was = record.files[i] == now.name ? "" : " (then " + record.files[i] + ")";
  if (record.bytes[i] != now.facts.bytes)
    return where + was + ": expected " + bytes_text(record.bytes[i]) + ", found " +
           bytes_text(now.facts.bytes);
  const bool untouched = record.files[i] == now.name &&
                         record.modified_ns[i] == now.facts.modified_ns &&
                         record.changed_ns[i] == now.facts.changed_ns;
  if (untouched || checksum_of(now.path, stop) == record.crc32c[i]) return {};
  return where + was + ": its " + bytes_text(now.facts.bytes) + " are not those of then";
}

/// Where one list of names ends before the other or goes another way: a file that is missing, or
/// one that is new.
std::string difference_of_names(const CorpusRecord& record, const std::vector<FileNow>& now) {
  const auto is_now = [&](const std::string& name) {
    return std::ranges::find(now, name, &FileNow::name) != now.end();
  };
  const auto was = [&](const FileNow& file) {
    return std::ranges::find(record.files, file.name) != record.files.end();
  };
  std::string text = "expected " + std::to_string(record.files.size()) + " files, found " +
                     std::to_string(now.size());
  const auto missing = std::ranges::find_if_not(record.files, is_now);
  const auto added = std::ranges::find_if_not(now, was);
  if (record.files.size() > now.size() && missing != record.files.end())
    text += ": " + *missing + " is missing";
  if (record.files.size() < now.size() && added != now.end())
    text += ": " + added->name + " is new";
  return text;
}

}  // namespace

void save_corpus_record(const CorpusRecord& record, const fs::path& path) {
  write_file(path, config_to_json(record) + "\n");
}

CorpusRecord load_corpus_record(const fs::path& path) {
  auto record = config_from_file<CorpusRecord>(path);
  check_lengths(record, path);
  return record;
}

CorpusComparison compare(const CorpusRecord& record, const fs::path& now,
                         const CorpusOptions& options, const StopRequest& stop) {
  using Outcome = CorpusComparison::Outcome;
  std::error_code code;
  if (!fs::exists(now, code))
    return {Outcome::gone, now.string() + ": " + (code ? code.message() : "not there any more")};
  std::vector<FileNow> files;
  try {
    files = files_now(now, options);
  } catch (const IoError& error) {
    return {Outcome::gone, error.what()};
  }
  if (files.size() != record.files.size())
    return {Outcome::different, now.string() + ": " + difference_of_names(record, files)};
  for (std::size_t i = 0; i < files.size(); ++i)
    if (const std::string text = difference_of(record, i, files[i], stop); !text.empty())
      return {Outcome::different, text};
  return {};
}

}  // namespace electra
