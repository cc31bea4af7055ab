#include "electra/io/safetensors.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include "electra/core/atomic_file.h"
#include "electra/core/error.h"
#include "electra/io/stored_values.h"
#include "io/json.h"

namespace electra {
namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian");

constexpr std::uint64_t longest_header = 100'000'000;
constexpr std::string_view metadata_key = "__metadata__";

/// Reads the header of one file; every message names the file.
class HeaderReader {
 public:
  HeaderReader(std::span<const std::byte> file, const std::string& origin)
      : file_(file), origin_(origin) {}

  SafetensorsContents read() {
    const Json header = parse_json_object(header_text(), origin_ + ": header");
    for (const auto& [name, value] : header.items()) {
      if (name == metadata_key)
        read_metadata(value);
      else
        contents_.tensors.push_back(read_tensor(name, value));
    }
    check_layout();
    return std::move(contents_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const { throw IoError(origin_ + ": " + what); }

  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    fail("tensor " + json_string(name) + ": " + what);
  }

  std::string_view header_text() {
    if (file_.size() < 8)
      fail("expected a safetensors header of 8 bytes or more, found " +
           std::to_string(file_.size()) + " bytes");
    std::uint64_t length = 0;
    std::memcpy(&length, file_.data(), 8);
    if (length > longest_header)
      fail("expected a header of at most 100000000 bytes, found a length of " +
           std::to_string(length));
    if (length > file_.size() - 8)
      fail("expected a header of " + std::to_string(length) + " bytes, found " +
           std::to_string(file_.size() - 8) + ": not a safetensors file, or cut off");
    const auto header = file_.subspan(8, length);
    data_ = file_.subspan(8 + length);
    if (header.empty() || header[0] != std::byte{'{'}) fail("expected a header that starts with {");
    return {reinterpret_cast<const char*>(header.data()), header.size()};
  }

  void read_metadata(const Json& value) {
    if (!value.is_object())
      fail("expected an object as " + std::string(metadata_key) + ", found " + kind_of(value));
    for (const auto& [key, text] : value.items()) {
      if (!text.is_string())
        fail("expected a string as metadata " + json_string(key) + ", found " + kind_of(text));
      contents_.metadata.emplace(key, text.get<std::string>());
    }
  }

  const Json& field(const std::string& name, const Json& value, const char* key) const {
    const auto found = value.find(key);
    if (found == value.end()) fail(name, std::string("expected \"") + key + "\", found none");
    return *found;
  }

  Index natural(const std::string& name, const Json& value, const char* what) const {
    constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<Index>::max());
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > largest)
      fail(name,
           std::string("expected a non-negative integer in ") + what + ", found " + kind_of(value));
    return value.get<Index>();
  }

  std::vector<Index> naturals(const std::string& name, const Json& value, const char* key) const {
    const Json& list = field(name, value, key);
    if (!list.is_array())
      fail(name, std::string("expected an array as ") + key + ", found " + kind_of(list));
    std::vector<Index> numbers;
    for (const Json& number : list) numbers.push_back(natural(name, number, key));
    return numbers;
  }

  StoredType read_type(const std::string& name, const Json& value) const {
    const Json& dtype = field(name, value, "dtype");
    if (!dtype.is_string()) fail(name, "expected a string as dtype, found " + kind_of(dtype));
    const auto type = stored_type_named(dtype.get_ref<const std::string&>());
    if (!type) fail(name, "unknown dtype: " + kind_of(dtype));
    return *type;
  }

  StoredTensor read_tensor(const std::string& name, const Json& value) const {
    if (!value.is_object()) fail(name, "expected an object, found " + kind_of(value));
    for (const auto& [key, ignored] : value.items())
      if (key != "dtype" && key != "shape" && key != "data_offsets")
        fail(name, "unknown key " + json_string(key));
    StoredTensor tensor{.name = name,
                        .dtype = read_type(name, value),
                        .shape = naturals(name, value, "shape"),
                        .bytes = {}};
    tensor.bytes = read_bytes(tensor, naturals(name, value, "data_offsets"));
    return tensor;
  }

  std::span<const std::byte> read_bytes(const StoredTensor& tensor,
                                        const std::vector<Index>& offsets) const {
    if (offsets.size() != 2)
      fail(tensor.name, "expected 2 data_offsets, found " + std::to_string(offsets.size()));
    const auto [begin, end] = std::pair(offsets[0], offsets[1]);
    const auto room = static_cast<Index>(data_.size());
    const std::string range = "[" + std::to_string(begin) + ", " + std::to_string(end) + "]";
    if (begin > end) fail(tensor.name, "data_offsets run backwards: " + range);
    if (end > room)
      fail(tensor.name, "data_offsets " + range + " pass the end of the data, which has " +
                            std::to_string(room) + " bytes");
    const auto expected = stored_bytes(tensor.dtype, tensor.shape);
    const std::string what = std::string(to_string(tensor.dtype)) + " " + shape_text(tensor.shape);
    if (!expected) fail(tensor.name, what + " is no whole number of bytes below 2^63");
    if (*expected != end - begin)
      fail(tensor.name, what + " takes " + std::to_string(*expected) + " bytes, found " +
                            std::to_string(end - begin));
    return data_.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin));
  }

  /// The tensors must tile the data: no hole, no overlap, nothing behind the last.
  void check_layout() {
    auto& tensors = contents_.tensors;
    const auto begin_of = [&](const StoredTensor& t) { return t.bytes.data() - data_.data(); };
    std::sort(tensors.begin(), tensors.end(), [&](const auto& a, const auto& b) {
      return std::pair(begin_of(a), a.bytes.size()) < std::pair(begin_of(b), b.bytes.size());
    });
    std::ptrdiff_t end = 0;
    for (const StoredTensor& tensor : tensors) {
      if (begin_of(tensor) != end)
        fail(tensor.name, "expected its data to start at " + std::to_string(end) + ", found " +
                              std::to_string(begin_of(tensor)) +
                              (begin_of(tensor) < end ? ": an overlap" : ": a hole"));
      end += static_cast<std::ptrdiff_t>(tensor.bytes.size());
    }
    if (static_cast<std::size_t>(end) != data_.size())
      fail("expected the data to end at " + std::to_string(end) + ", found " +
           std::to_string(data_.size()) + " bytes");
    std::sort(tensors.begin(), tensors.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }

  std::span<const std::byte> file_;
  std::span<const std::byte> data_;
  const std::string& origin_;
  SafetensorsContents contents_;
};

std::string header_of(const std::vector<const StoredTensor*>& tensors,
                      const StoredMetadata& metadata) {
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header[std::string(metadata_key)] = metadata;
  std::size_t offset = 0;
  for (const StoredTensor* tensor : tensors) {
    OrderedJson& entry = header[tensor->name];
    entry["dtype"] = to_string(tensor->dtype);
    entry["shape"] = tensor->shape;
    entry["data_offsets"] = {offset, offset + tensor->bytes.size()};
    offset += tensor->bytes.size();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  return text;
}

}  // namespace

SafetensorsContents parse_safetensors(std::span<const std::byte> file, const std::string& origin) {
  return HeaderReader(file, origin).read();
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& path) {
  MappedFile file(path);
  auto contents = parse_safetensors(file.bytes(), path.string());
  return {std::move(file), std::move(contents)};
}

std::vector<std::string_view> SafetensorsFile::names() const {
  std::vector<std::string_view> names;
  for (const StoredTensor& tensor : tensors()) names.push_back(tensor.name);
  return names;
}

const StoredTensor* SafetensorsFile::find(std::string_view name) const {
  const auto found =
      std::lower_bound(tensors().begin(), tensors().end(), name,
                       [](const StoredTensor& t, std::string_view text) { return t.name < text; });
  return found == tensors().end() || found->name != name ? nullptr : &*found;
}

const StoredTensor& SafetensorsFile::get(std::string_view name,
                                         std::span<const Index> shape) const {
  const StoredTensor* tensor = find(name);
  const std::string what = path().string() + ": tensor " + json_string(name);
  if (tensor == nullptr) throw IoError(what + ": missing");
  if (!std::equal(shape.begin(), shape.end(), tensor->shape.begin(), tensor->shape.end()))
    throw IoError(what + ": expected the shape " + shape_text(shape) + ", found " +
                  shape_text(tensor->shape));
  return *tensor;
}

void SafetensorsFile::read_f32(const StoredTensor& tensor, std::span<float> to) const {
  expect_numbers(tensor, to.size(), path().string());
  electra::read_f32(tensor, 0, to, path().string());
}

void SafetensorsFile::read_i32(const StoredTensor& tensor, std::span<std::int32_t> to) const {
  expect_numbers(tensor, to.size(), path().string());
  electra::read_i32(tensor, to, path().string());
}

void SafetensorsWriter::add(StoredTensor tensor) {
  const std::string what = "tensor " + json_string(tensor.name);
  if (tensor.name == metadata_key) throw IoError(what + ": the name is taken by the format");
  const auto expected = stored_bytes(tensor.dtype, tensor.shape);
  if (!expected || static_cast<std::size_t>(*expected) != tensor.bytes.size())
    throw IoError(what + ": " + std::string(to_string(tensor.dtype)) + " " +
                  shape_text(tensor.shape) + " does not fit " +
                  std::to_string(tensor.bytes.size()) + " bytes");
  std::string name = tensor.name;
  if (!tensors_.emplace(std::move(name), std::move(tensor)).second)
    throw IoError(what + ": added twice");
}

void SafetensorsWriter::add(std::string name, ConstTensorView tensor) {
  const auto extents = tensor.shape().extents();
  add({.name = std::move(name),
       .dtype = stored_type(tensor.dtype()),
       .shape = {extents.begin(), extents.end()},
       .bytes = {static_cast<const std::byte*>(tensor.raw()),
                 static_cast<std::size_t>(tensor.bytes())}});
}

void SafetensorsWriter::write(const std::filesystem::path& path,
                              const StoredMetadata& metadata) const {
  std::vector<const StoredTensor*> ordered;
  for (const auto& [name, tensor] : tensors_) ordered.push_back(&tensor);
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto* a, const auto* b) { return a->dtype > b->dtype; });
  const std::string header = header_of(ordered, metadata);
  if (header.size() > longest_header)
    throw IoError(path.string() + ": the header would pass 100000000 bytes");
  const std::uint64_t length = header.size();
  AtomicFile file(path);
  file.write(std::as_bytes(std::span(&length, 1)));
  file.write(header);
  for (const StoredTensor* tensor : ordered) file.write(tensor->bytes);
  file.commit();
}

}  // namespace electra
