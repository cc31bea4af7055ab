#include "formats/pytorch_source.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "electra/core/error.h"
#include "formats/pytorch_tensors.h"
#include "formats/zip_archive.h"
#include "io/json.h"

namespace electra {

namespace {

using Kind = PickleValue::Kind;
using Bytes = std::span<const std::byte>;

/// The pickle of 0x1950a86a20f9469cfc6c, with which the older form begins.
constexpr auto magic = std::to_array<std::uint8_t>(
    {0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e});
constexpr auto zip_magic = std::to_array<std::uint8_t>({'P', 'K', 0x03, 0x04});
constexpr std::int64_t legacy_protocol = 1001;

/// Pickles of weights are small beside them.
std::size_t room_of(Bytes file) { return (std::size_t{1} << 22) + file.size() / 8; }

bool begins_with(Bytes file, std::span<const std::uint8_t> start) {
  return file.size() >= start.size() && std::memcmp(file.data(), start.data(), start.size()) == 0;
}

std::size_t bytes_of(const PytorchStorage& storage) {
  return static_cast<std::size_t>(*stored_bytes(storage.dtype, {&storage.count, 1}));
}

/// NAME/data.pkl, NAME/data/KEY; NAME is whatever it was called.
std::vector<StoredTensor> read_archive(Bytes file, const std::string& origin) {
  const std::vector<ZipEntry> entries = read_zip(file, origin);
  const auto is_pickle = [](const ZipEntry& entry) {
    return entry.name.ends_with("/data.pkl") && entry.name.find('/') == entry.name.size() - 9;
  };
  const auto pickled = std::ranges::find_if(entries, is_pickle);
  if (pickled == entries.end()) throw IoError(origin + ": expected a file NAME/data.pkl in it");
  const std::string folder(pickled->name.substr(0, pickled->name.size() - 8));
  const auto text = [](const ZipEntry& entry) {
    return std::string_view(reinterpret_cast<const char*>(entry.bytes.data()), entry.bytes.size());
  };
  if (const ZipEntry* order = find_entry(entries, folder + "byteorder");
      order != nullptr && text(*order) != "little")
    throw IoError(origin + ": byteorder: expected little, found " +
                  json_string(text(*order).substr(0, 16)));
  const Pickle pickle = read_pickle(pickled->bytes, room_of(file), origin + ": data.pkl");
  PytorchStorages storages = storages_of(pickle, origin);
  for (auto& [key, storage] : storages) {
    const std::string name = folder + "data/" + std::string(key);
    const ZipEntry* entry = find_entry(entries, name);
    if (entry == nullptr) throw IoError(origin + ": expected a file " + quoted_text(name));
    if (entry->bytes.size() != bytes_of(storage))
      throw IoError(origin + ": " + json_string(name) + ": expected " +
                    std::to_string(bytes_of(storage)) + " bytes, found " +
                    std::to_string(entry->bytes.size()));
    storage.bytes = entry->bytes;
  }
  return tensors_of(pickle, storages, origin);
}

/// Magic, protocol, system, the dictionary, the list of keys; then for each key how many elements,
/// and the elements.
class LegacyReader {
 public:
  LegacyReader(Bytes file, const std::string& origin)
      : file_(file), rest_(file.subspan(magic.size())), origin_(origin) {}

  std::vector<StoredTensor> read() {
    const Pickle protocol = next("protocol");
    if (protocol.value().kind != Kind::integer || protocol.value().number != legacy_protocol)
      fail("expected the protocol " + std::to_string(legacy_protocol));
    check_system(next("system"));
    const Pickle dictionary = next("state dictionary");
    const Pickle keys = next("keys");
    PytorchStorages storages = storages_of(dictionary, origin_);
    find_data(keys, storages);
    return tensors_of(dictionary, storages, origin_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw IoError(origin_ + ": " + what); }

  Pickle next(const std::string& what) {
    Pickle pickle = read_pickle(rest_, room_of(file_), origin_ + ": " + what);
    rest_ = rest_.subspan(pickle.size());
    return pickle;
  }

  void check_system(const Pickle& system) const {
    if (system.value().kind != Kind::dict) fail("system: expected a dict");
    const auto items = system.items(system.value());
    for (std::size_t i = 0; i < items.size(); i += 2)
      if (items[i].kind == Kind::text && system.text(items[i]) == "little_endian" &&
          items[i + 1].kind == Kind::boolean && items[i + 1].number == 1)
        return;
    fail("system: expected little_endian, which is true");
  }

  Bytes take(std::size_t count, const std::string& what) {
    if (count > rest_.size())
      fail(what + ": expected " + std::to_string(count) + " bytes, found " +
           std::to_string(rest_.size()) + ": cut off");
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }

  void find_data(const Pickle& keys, PytorchStorages& storages) {
    if (keys.value().kind != Kind::list) fail("keys: expected a list");
    std::size_t found = 0;
    for (const PickleValue& key : keys.items(keys.value())) {
      if (key.kind != Kind::text) fail("keys: expected texts, found " + std::string(kind_of(key)));
      const std::string what = "storage " + quoted_text(keys.text(key));
      const auto storage = storages.find(keys.text(key));
      if (storage == storages.end()) fail(what + ": no tensor lies in it");
      if (storage->second.bytes.data() != nullptr) fail(what + ": listed twice");
      std::int64_t count = 0;
      std::memcpy(&count, take(sizeof count, what).data(), sizeof count);
      if (count != storage->second.count)
        fail(what + ": expected " + std::to_string(storage->second.count) + " elements, found " +
             std::to_string(count));
      storage->second.bytes = take(bytes_of(storage->second), what);
      ++found;
    }
    if (found != storages.size()) fail("keys: a storage of a tensor is not listed");
    if (!rest_.empty()) fail(std::to_string(rest_.size()) + " bytes follow the last storage");
  }

  Bytes file_, rest_;
  const std::string& origin_;
};

std::vector<StoredTensor> read_file_of_tensors(Bytes file, const std::string& origin) {
  if (begins_with(file, zip_magic)) return read_archive(file, origin);
  if (begins_with(file, magic)) return LegacyReader(file, origin).read();
  throw IoError(origin +
                ": expected weights as torch.save leaves them, a zip archive or a row of pickles; "
                "found neither at its start");
}

}  // namespace

TensorSource open_pytorch(const std::filesystem::path& path) {
  std::vector<MappedFile> files;
  files.emplace_back(path);
  auto tensors = read_file_of_tensors(files.front().bytes(), path.string());
  return {path, std::move(files), std::move(tensors)};
}

}  // namespace electra
