#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace electra::test {

template <class T>
std::string little_endian(T value) {
  std::string bytes(sizeof(T), '\0');
  std::memcpy(bytes.data(), &value, sizeof(T));
  return bytes;
}

/// A pickle of protocol 2, opcode by opcode.
class PickleWriter {
 public:
  PickleWriter& raw(std::string_view bytes) {
    bytes_ += bytes;
    return *this;
  }
  PickleWriter& global(const std::string& module, const std::string& name) {
    return raw("c" + module + "\n" + name + "\n");
  }
  PickleWriter& text(std::string_view text) {
    return raw("X" + little_endian(static_cast<std::uint32_t>(text.size()))).raw(text);
  }
  PickleWriter& integer(std::int64_t value) { return raw("\x8a\x08" + little_endian(value)); }
  PickleWriter& integers(const std::vector<std::int64_t>& values) {
    raw("(");
    for (const std::int64_t value : values) integer(value);
    return raw("t");
  }
  [[nodiscard]] std::string stop() const { return bytes_ + "."; }

 private:
  std::string bytes_ = "\x80\x02";
};

/// One tensor of a state dictionary.
struct TorchTensor {
  std::string name;
  std::string storage = "FloatStorage";
  std::string key = "0";
  std::int64_t count = 0;
  std::int64_t offset = 0;
  std::vector<std::int64_t> shape, strides;
  std::vector<std::int64_t> view = {};  // of the older form: offset and count
};

/// The raw data of one storage.
struct TorchStorage {
  std::string key;
  std::string bytes;
  std::int64_t count = 0;  // elements
};

inline void write_tensor(PickleWriter& to, const TorchTensor& tensor, bool legacy) {
  to.global("torch._utils", "_rebuild_tensor_v2").raw("((").text("storage");
  to.global("torch", tensor.storage).text(tensor.key).text("cpu").integer(tensor.count);
  if (!tensor.view.empty())
    to.raw("(").text("a view").integer(tensor.view[0]).integer(tensor.view[1]).raw("t");
  else if (legacy)
    to.raw("N");
  to.raw("tQ").integer(tensor.offset).integers(tensor.shape).integers(tensor.strides);
  to.raw("\x89").global("collections", "OrderedDict").raw(")RtR");
}

inline std::string state_dictionary(const std::vector<TorchTensor>& tensors, bool legacy) {
  PickleWriter to;
  to.global("collections", "OrderedDict").raw(")Rq").raw(std::string(1, '\0')).raw("(");
  for (const TorchTensor& tensor : tensors) {
    to.text(tensor.name);
    write_tensor(to, tensor, legacy);
  }
  to.raw("u}").text("_metadata").raw("}sb");
  return to.stop();
}

/// A file of a zip archive, and what may be wrong with it.
struct ZipMember {
  std::string name;
  std::string bytes = {};
  std::uint16_t method = 0;
  std::uint16_t flags = 8;  // sizes in a data descriptor, as torch.save has it
};

/// A zip archive; with `zip64`, central sizes and offsets are in extra fields.
inline std::string zip_of(const std::vector<ZipMember>& members, bool zip64 = true) {
  std::string file, directory;
  const auto u16 = [](std::size_t v) { return little_endian(static_cast<std::uint16_t>(v)); };
  const auto u32 = [](std::size_t v) { return little_endian(static_cast<std::uint32_t>(v)); };
  const auto u64 = [](std::size_t v) { return little_endian(std::uint64_t{v}); };
  for (const ZipMember& m : members) {
    const std::size_t at = file.size();
    file += u32(0x04034b50) + u16(0) + u16(m.flags) + u16(m.method) + u32(0) + u32(0) + u32(0) +
            u32(0) + u16(m.name.size()) + u16(4) + m.name + "FB" + u16(0) + m.bytes;
    file += u32(0x08074b50) + u32(0) + u64(m.bytes.size()) + u64(m.bytes.size());
    const std::size_t size = zip64 ? 0xffffffff : m.bytes.size();
    const std::string extra =
        zip64 ? u16(1) + u16(24) + u64(m.bytes.size()) + u64(m.bytes.size()) + u64(at) : "";
    directory += u32(0x02014b50) + u16(0) + u16(0) + u16(m.flags) + u16(m.method) + u32(0) +
                 u32(0) + u32(size) + u32(size) + u16(m.name.size()) + u16(extra.size()) + u16(0) +
                 u16(0) + u16(0) + u32(0) + u32(zip64 ? 0xffffffff : at) + m.name + extra;
  }
  const std::size_t start = file.size();
  file += directory;
  const std::size_t end64 = file.size();
  if (zip64)
    file += u32(0x06064b50) + u64(44) + u16(0) + u16(0) + u32(0) + u32(0) + u64(members.size()) +
            u64(members.size()) + u64(directory.size()) + u64(start) + u32(0x07064b50) + u32(0) +
            u64(end64) + u32(1);
  return file + u32(0x06054b50) + u16(0) + u16(0) + u16(members.size()) + u16(members.size()) +
         u32(directory.size()) + u32(start) + u16(0);
}

/// What torch.save makes of a pickle and storages: the newer form.
inline std::string torch_archive(const std::string& pickle,
                                 const std::vector<TorchStorage>& storages) {
  std::vector<ZipMember> members{{.name = "model/data.pkl", .bytes = pickle},
                                 {.name = "model/byteorder", .bytes = "little"}};
  for (const TorchStorage& storage : storages)
    members.push_back({.name = "model/data/" + storage.key, .bytes = storage.bytes});
  members.push_back({.name = "model/version", .bytes = "3\n"});
  return zip_of(members);
}

inline const std::string& legacy_magic() {
  static const std::string magic("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.", 15);
  return magic;
}

/// The older form.
inline std::string torch_legacy(const std::string& pickle,
                                const std::vector<TorchStorage>& storages,
                                std::string_view little_endian_flag = "\x88") {
  PickleWriter keys, system;
  system.raw("}(").text("protocol_version").integer(1001).text("little_endian");
  system.raw(little_endian_flag).raw("u");
  keys.raw("](");
  for (const TorchStorage& storage : storages) keys.text(storage.key);
  keys.raw("e");
  std::string file =
      legacy_magic() + PickleWriter().integer(1001).stop() + system.stop() + pickle + keys.stop();
  for (const TorchStorage& storage : storages) file += little_endian(storage.count) + storage.bytes;
  return file;
}

/// The same tensors in either form.
inline std::string torch_file(const std::vector<TorchTensor>& tensors,
                              const std::vector<TorchStorage>& storages, bool legacy) {
  const std::string pickle = state_dictionary(tensors, legacy);
  return legacy ? torch_legacy(pickle, storages) : torch_archive(pickle, storages);
}

template <class T>
TorchStorage storage_of(const std::string& key, const std::vector<T>& values) {
  TorchStorage storage{key, std::string(values.size() * sizeof(T), '\0'),
                       static_cast<std::int64_t>(values.size())};
  std::memcpy(storage.bytes.data(), values.data(), storage.bytes.size());
  return storage;
}

}  // namespace electra::test
