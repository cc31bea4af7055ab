#include "formats/pytorch_tensors.h"

#include <algorithm>
#include <optional>

#include "electra/core/error.h"

namespace electra {

namespace {

using Kind = PickleValue::Kind;
using Values = std::span<const PickleValue>;

constexpr std::size_t most_dimensions = 8;

std::optional<StoredType> type_of(PickleGlobal global) {
  switch (global) {
    case PickleGlobal::float_storage:
      return StoredType::f32;
    case PickleGlobal::half_storage:
      return StoredType::f16;
    case PickleGlobal::bfloat16_storage:
      return StoredType::bf16;
    case PickleGlobal::double_storage:
      return StoredType::f64;
    case PickleGlobal::long_storage:
      return StoredType::i64;
    case PickleGlobal::int_storage:
      return StoredType::i32;
    case PickleGlobal::byte_storage:
      return StoredType::u8;
    case PickleGlobal::bool_storage:
      return StoredType::boolean;
    default:
      return std::nullopt;
  }
}

/// A persistent id, ('storage', type, key, location, count[, view]), where a view is (key, offset,
/// count).
struct StorageId {
  StoredType dtype = StoredType::f32;
  std::string_view key;
  Index count = 0;  // of the storage
  Index first = 0;  // of the view in it
  Index room = 0;   // elements of the view
};

/// One tensor of a state dictionary; every message names it.
class TensorReader {
 public:
  TensorReader(const Pickle& pickle, std::string_view name, const std::string& origin)
      : pickle_(pickle), name_(name), origin_(origin) {}

  [[nodiscard]] std::string_view name() const { return name_; }

  [[noreturn]] void fail(const std::string& what) const {
    throw IoError(origin_ + ": tensor " + quoted_text(name_) + ": " + what);
  }

  /// (storage, offset, shape, strides, requires_grad, hooks[, metadata]).
  [[nodiscard]] Values arguments(const PickleValue& value) const {
    if (value.kind != Kind::tensor) fail("expected a tensor, found " + std::string(kind_of(value)));
    const Values all = pickle_.items(value);
    const bool fits = (all.size() == 6 || all.size() == 7) && all[0].kind == Kind::storage &&
                      all[1].kind == Kind::integer && all[2].kind == Kind::tuple &&
                      all[3].kind == Kind::tuple;
    if (!fits) fail("expected a storage, an offset, a shape and strides");
    return all;
  }

  [[nodiscard]] StorageId storage(const PickleValue& value) const {
    const Values all = pickle_.items(value);
    const bool fits = (all.size() == 5 || all.size() == 6) && is_text(all[0]) &&
                      pickle_.text(all[0]) == "storage" && all[1].kind == Kind::global &&
                      is_text(all[2]) && is_text(all[3]) && all[4].kind == Kind::integer;
    if (!fits) fail("expected a storage of a type, a key, a place and a count");
    const auto type = type_of(static_cast<PickleGlobal>(all[1].number));
    if (!type) fail("expected a type of storage");
    StorageId id{*type, pickle_.text(all[2]), all[4].number, 0, all[4].number};
    if (id.count < 0 || !stored_bytes(id.dtype, {&id.count, 1}))
      fail("a storage of " + std::to_string(id.count) + " elements");
    if (all.size() == 6 && all[5].kind != Kind::none) read_view(all[5], id);
    return id;
  }

  [[nodiscard]] std::vector<Index> integers(const PickleValue& tuple) const {
    if (pickle_.items(tuple).size() > most_dimensions)
      fail("expected at most " + std::to_string(most_dimensions) + " dimensions, found " +
           std::to_string(pickle_.items(tuple).size()));
    std::vector<Index> numbers;
    for (const PickleValue& value : pickle_.items(tuple)) {
      if (value.kind != Kind::integer)
        fail("expected integers as shape and strides, found " + std::string(kind_of(value)));
      numbers.push_back(value.number);
    }
    return numbers;
  }

  [[nodiscard]] StoredTensor read(const PickleValue& value, const PytorchStorages& storages) const {
    const Values all = arguments(value);
    const StorageId id = storage(all[0]);
    StoredTensor tensor{std::string(name_), id.dtype, integers(all[2]), {}};
    const auto bytes = stored_bytes(id.dtype, tensor.shape);
    if (!bytes) fail("the shape " + shape_text(tensor.shape) + " has no size below 2^63 bytes");
    check_dense(tensor.shape, integers(all[3]));
    const Index size = tensor.size();
    const Index offset = all[1].number;
    if (offset < 0 || offset > id.room || size > id.room - offset)
      fail(shape_text(tensor.shape) + " from element " + std::to_string(offset) +
           " on passes the end of its storage, which has " + std::to_string(id.room));
    const auto width = static_cast<std::size_t>(bits_of(id.dtype) / 8);
    tensor.bytes = storages.at(id.key).bytes.subspan(
        static_cast<std::size_t>(id.first + offset) * width, static_cast<std::size_t>(*bytes));
    return tensor;
  }

 private:
  static bool is_text(const PickleValue& value) { return value.kind == Kind::text; }

  void read_view(const PickleValue& value, StorageId& id) const {
    const bool fits = value.kind == Kind::tuple && pickle_.items(value).size() == 3 &&
                      pickle_.items(value)[1].kind == Kind::integer &&
                      pickle_.items(value)[2].kind == Kind::integer;
    if (!fits) fail("expected a key, an offset and a count as view of a storage");
    id.first = pickle_.items(value)[1].number;
    id.room = pickle_.items(value)[2].number;
    if (id.first < 0 || id.room < 0 || id.first > id.count || id.room > id.count - id.first)
      fail("a view of " + std::to_string(id.room) + " elements from " + std::to_string(id.first) +
           " on passes the end of its storage, which has " + std::to_string(id.count));
  }

  /// The stride of an extent of 1 says nothing, nor do those of an empty tensor.
  void check_dense(const std::vector<Index>& shape, const std::vector<Index>& strides) const {
    bool dense = shape.size() == strides.size();
    if (dense && std::ranges::find(shape, 0) != shape.end()) return;
    Index expected = 1;
    for (std::size_t i = shape.size(); dense && i-- > 0; expected *= shape[i])
      dense = shape[i] == 1 || strides[i] == expected;
    if (!dense)
      fail("expected the shape " + shape_text(shape) +
           " to lie dense and row-major, found the strides " + shape_text(strides));
  }

  const Pickle& pickle_;
  std::string_view name_;
  const std::string& origin_;
};

/// `use(reader, value)` for each tensor, by the name that it has.
void for_each_tensor(const Pickle& pickle, const std::string& origin, const auto& use) {
  if (pickle.value().kind != Kind::dict)
    throw IoError(origin + ": expected a dict of tensors by name, found " +
                  std::string(kind_of(pickle.value())));
  const Values items = pickle.items(pickle.value());
  for (std::size_t i = 0; i < items.size(); i += 2) {
    if (items[i].kind != Kind::text)
      throw IoError(origin + ": expected a tensor's name, found " + std::string(kind_of(items[i])));
    use(TensorReader(pickle, pickle.text(items[i]), origin), items[i + 1]);
  }
}

/// Tied weights lie on the same elements; anything between that and apart is a mistake.
void check_apart(std::vector<StoredTensor>& tensors, const std::string& origin) {
  const auto place = [](const StoredTensor& t) {
    return std::pair(t.bytes.data(), t.bytes.size());
  };
  std::ranges::sort(tensors, {}, place);
  const StoredTensor* before = nullptr;
  for (const StoredTensor& tensor : tensors) {
    if (tensor.bytes.empty()) continue;
    if (before != nullptr && place(*before) != place(tensor) &&
        tensor.bytes.data() < before->bytes.data() + before->bytes.size())
      throw IoError(origin + ": tensor " + quoted_text(tensor.name) + ": lies on a part of " +
                    quoted_text(before->name) + "; expected the same elements, or others");
    before = &tensor;
  }
}

/// Before anything is made for each name: a pickle may repeat a long one at no cost.
void check_names(const Pickle& pickle, const std::string& origin) {
  std::vector<std::string_view> names;
  for_each_tensor(pickle, origin, [&](const TensorReader& reader, const PickleValue&) {
    names.push_back(reader.name());
  });
  std::ranges::sort(names);
  const auto twice = std::ranges::adjacent_find(names);
  if (twice != names.end())
    throw IoError(origin + ": tensor " + quoted_text(*twice) + ": two of this name");
}

}  // namespace

PytorchStorages storages_of(const Pickle& pickle, const std::string& origin) {
  check_names(pickle, origin);
  PytorchStorages storages;
  for_each_tensor(pickle, origin, [&](const TensorReader& reader, const PickleValue& value) {
    const StorageId id = reader.storage(reader.arguments(value)[0]);
    const auto [at, is_new] = storages.try_emplace(id.key, PytorchStorage{id.dtype, id.count, {}});
    if (!is_new && (at->second.dtype != id.dtype || at->second.count != id.count))
      reader.fail("the storage " + quoted_text(id.key) + " is " +
                  std::string(to_string(at->second.dtype)) + " [" +
                  std::to_string(at->second.count) + "] elsewhere, " +
                  std::string(to_string(id.dtype)) + " [" + std::to_string(id.count) + "] here");
  });
  return storages;
}

std::vector<StoredTensor> tensors_of(const Pickle& pickle, const PytorchStorages& storages,
                                     const std::string& origin) {
  std::vector<StoredTensor> tensors;
  for_each_tensor(pickle, origin, [&](const TensorReader& reader, const PickleValue& value) {
    tensors.push_back(reader.read(value, storages));
  });
  check_apart(tensors, origin);
  std::ranges::sort(tensors, {}, &StoredTensor::name);
  return tensors;
}

}  // namespace electra
