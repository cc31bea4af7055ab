#include "electra/io/checkpoint.h"

#include <fcntl.h>
#include <stdio.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <system_error>

#include "electra/core/checksum.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/mapped_file.h"
#include "io/json.h"

namespace electra {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "checkpoint-";
constexpr std::string_view temporary_prefix = ".checkpoint-";
constexpr int format_version = 1;

std::string checksum_of(std::span<const std::byte> bytes) {
  std::string digits(8, '0');
  const std::uint32_t checksum = crc32c(bytes);
  for (std::size_t i = 0; i < 8; ++i) digits[7 - i] = "0123456789abcdef"[checksum >> (4 * i) & 15U];
  return digits;
}

std::string checksum_of(const Json& value) {
  const std::string text = value.dump();
  return checksum_of(std::as_bytes(std::span(text)));
}

/// The step of "checkpoint-12"; nothing for other names.
std::optional<Index> step_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  if (!name.starts_with(prefix)) return std::nullopt;
  Index step = 0;
  const char* last = name.data() + name.size();
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), last, step);
  return error == std::errc() && end == last && step >= 0 ? std::optional(step) : std::nullopt;
}

Json to_json(const CheckpointState& state) {
  Json object = Json::object();
  for (const auto& [name, value] : state) {
    if (const double* number = std::get_if<double>(&value); number && !std::isfinite(*number))
      throw IoError("checkpoint state " + json_string(name) + ": not a finite number");
    std::visit([&](const auto& content) { object[name] = content; }, value);
  }
  return object;
}

/// Reads state.json; every message names it.
class StateReader {
 public:
  explicit StateReader(const fs::path& path) : origin_(path.string()) {
    const Json whole = parse_json_object(read_file(path), origin_);
    const Json& contents = field(whole, "contents", Json::value_t::object);
    const Json& checksum = field(whole, "crc32c", Json::value_t::string);
    if (checksum != checksum_of(contents)) fail("damaged: its checksum does not fit");
    contents_ = contents;
    const Json& version = field(contents_, "format", Json::value_t::number_unsigned);
    if (version != format_version)
      fail("expected the format " + std::to_string(format_version) + ", found " + version.dump());
  }

  Index step() const { return field(contents_, "step", Json::value_t::number_unsigned); }

  /// Throws if a file that is listed is missing or has other bytes.
  std::vector<std::string> files(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& [name, entry] : field(contents_, "files", Json::value_t::object).items()) {
      const MappedFile file(folder / name);
      const Json& bytes = field(entry, "bytes", Json::value_t::number_unsigned);
      if (bytes != file.bytes().size())
        throw IoError(file.path().string() + ": expected " + bytes.dump() + " bytes, found " +
                      std::to_string(file.bytes().size()));
      if (field(entry, "crc32c", Json::value_t::string) != checksum_of(file.bytes()))
        throw IoError(file.path().string() + ": damaged: its checksum does not fit");
      names.push_back(name);
    }
    return names;
  }

  CheckpointState state() const {
    CheckpointState state;
    for (const auto& [name, value] : field(contents_, "state", Json::value_t::object).items()) {
      if (value.is_string())
        state[name] = value.get<std::string>();
      else if (value.is_number_float())
        state[name] = value.get<double>();
      else if (value.is_number_integer())
        state[name] = value.get<std::int64_t>();
      else
        fail("state " + json_string(name) + ": expected a number or a string, found " +
             kind_of(value));
    }
    return state;
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw IoError(origin_ + ": " + what); }

  const Json& field(const Json& object, const char* key, Json::value_t type) const {
    const auto found = object.find(key);
    if (found == object.end() || found->type() != type)
      fail(std::string("expected \"") + key + "\" as it was written, found " +
           (found == object.end() ? "none" : kind_of(*found)));
    return *found;
  }

  std::string origin_;
  Json contents_;
};

void rename_folder(const fs::path& from, const fs::path& to) {
  int result = ::rename(from.c_str(), to.c_str());
  // An older folder of the same step changes places with the new one, so that there is always one.
  if (result != 0 && (errno == ENOTEMPTY || errno == EEXIST))
    result = ::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_EXCHANGE);
  if (result != 0)
    throw IoError(to.string() +
                  ": cannot be put in place: " + std::generic_category().message(errno));
}

void remove_folder(const fs::path& folder) {
  std::error_code code;
  fs::remove_all(folder, code);
  if (code) throw IoError(folder.string() + ": cannot be removed: " + code.message());
}

}  // namespace

CheckpointWriter::CheckpointWriter(fs::path root, Index step)
    : root_(std::move(root)),
      folder_(root_ / (std::string(prefix) + std::to_string(step))),
      temporary_(root_ / (std::string(temporary_prefix) + std::to_string(step) + ".partial")),
      step_(step) {
  make_folders(root_);
  std::vector<fs::path> leftovers;
  for (const auto& entry : fs::directory_iterator(root_))
    if (entry.path().filename().string().starts_with(temporary_prefix))
      leftovers.push_back(entry.path());
  for (const fs::path& leftover : leftovers) remove_folder(leftover);
  make_folders(temporary_);
}

CheckpointWriter::~CheckpointWriter() {
  std::error_code ignored;
  fs::remove_all(temporary_, ignored);
}

void CheckpointWriter::write(const std::string& name, const SafetensorsWriter& tensors) {
  files_.push_back(name + ".safetensors");
  tensors.write(temporary_ / files_.back(), {{"format", "pt"}});
}

void CheckpointWriter::write_state(const CheckpointState& state) const {
  Json contents = {{"format", format_version}, {"step", static_cast<std::uint64_t>(step_)}};
  contents["state"] = to_json(state);
  contents["files"] = Json::object();
  for (const std::string& name : files_) {
    const MappedFile file(temporary_ / name);
    contents["files"][name] = {{"bytes", file.bytes().size()},
                               {"crc32c", checksum_of(file.bytes())}};
  }
  std::string whole;
  try {
    whole = Json{{"contents", contents}, {"crc32c", checksum_of(contents)}}.dump(2);
  } catch (const Json::exception&) {
    throw IoError(folder_.string() + ": the state holds a text that is not UTF-8");
  }
  write_file(temporary_ / "state.json", whole + "\n");
}

fs::path CheckpointWriter::commit(const CheckpointState& state, Index keep) {
  if (keep < 1)
    throw ConfigError("checkpoints to keep: expected 1 or more, found " + std::to_string(keep));
  write_state(state);
  put_in_place();
  remove_old(keep);
  return folder_;
}

void CheckpointWriter::put_in_place() const {
  sync_folder(temporary_);
  rename_folder(temporary_, folder_);
  sync_folder(root_);
}

void CheckpointWriter::remove_old(Index keep) const {
  Index kept = 1;
  for (const fs::path& folder : list_checkpoints(root_)) {
    if (folder == folder_) continue;
    if (kept++ < keep) continue;
    remove_folder(folder);
  }
}

Checkpoint Checkpoint::open(const fs::path& folder) {
  const StateReader reader(folder / "state.json");
  Checkpoint checkpoint;
  checkpoint.folder_ = folder;
  checkpoint.step_ = reader.step();
  checkpoint.files_ = reader.files(folder);
  checkpoint.state_ = reader.state();
  return checkpoint;
}

SafetensorsFile Checkpoint::tensors(const std::string& name) const {
  const std::string file = name + ".safetensors";
  if (std::find(files_.begin(), files_.end(), file) == files_.end())
    throw IoError(folder_.string() + ": expected the file " + file + ", found none");
  return SafetensorsFile::open(folder_ / file);
}

template <class T>
const T& Checkpoint::value(std::string_view name, const char* expected) const {
  const auto found = state_.find(name);
  const T* value = found == state_.end() ? nullptr : std::get_if<T>(&found->second);
  if (value == nullptr)
    throw IoError((folder_ / "state.json").string() + ": expected " + expected + " as " +
                  json_string(name) + ", found " +
                  (found == state_.end() ? "none" : "another type"));
  return *value;
}

std::int64_t Checkpoint::integer(std::string_view name) const {
  return value<std::int64_t>(name, "an integer");
}

double Checkpoint::number(std::string_view name) const { return value<double>(name, "a number"); }

const std::string& Checkpoint::text(std::string_view name) const {
  return value<std::string>(name, "a string");
}

std::vector<fs::path> list_checkpoints(const fs::path& root) {
  std::vector<fs::path> folders;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(root, missing))
    if (entry.is_directory() && step_of(entry.path())) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end(),
            [](const fs::path& a, const fs::path& b) { return *step_of(a) > *step_of(b); });
  return folders;
}

LatestCheckpoint latest_checkpoint(const fs::path& root) {
  LatestCheckpoint latest;
  for (const fs::path& folder : list_checkpoints(root)) {
    try {
      latest.checkpoint = Checkpoint::open(folder);
      return latest;
    } catch (const IoError& error) {
      latest.passed_over.emplace_back(error.what());
    }
  }
  return latest;
}

std::optional<CheckpointState> latest_state(const fs::path& root) {
  for (const fs::path& folder : list_checkpoints(root)) {
    try {
      return StateReader(folder / "state.json").state();
    } catch (const IoError&) {  // whoever opens the checkpoint says so
    }
  }
  return std::nullopt;
}

}  // namespace electra
