#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace electra {

/// What a pickle of weights may name; nothing else is known, and nothing is ever called.
enum class PickleGlobal : std::uint8_t {
  ordered_dict,
  rebuild_tensor,
  rebuild_parameter,
  float_storage,
  half_storage,
  bfloat16_storage,
  double_storage,
  long_storage,
  int_storage,
  byte_storage,
  bool_storage,
};

/// One value of a pickle: a number, or a place in what the pickle owns.
struct PickleValue {
  enum class Kind : std::uint8_t {
    none,
    boolean,
    integer,
    text,
    tuple,
    list,
    dict,
    global,
    storage,  // a persistent id; its items are the tuple's
    tensor,   // _rebuild_tensor_v2; its items are the arguments
  };
  Kind kind = Kind::none;
  std::uint32_t length = 0;  // text: bytes
  std::int64_t number = 0;   // boolean, integer: itself; global: which; text: where; else: of items
};

/// "a tuple", for messages.
[[nodiscard]] std::string_view kind_of(const PickleValue& value);

/// The text in quotes, for messages: a long one is cut, so that no message takes the memory that a
/// file asks for.
[[nodiscard]] std::string quoted_text(std::string_view text);

/// What a pickle says. It points into the bytes that it was read from.
class Pickle {
 public:
  [[nodiscard]] const PickleValue& value() const { return value_; }
  /// How many bytes of the stream it took.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Of a text.
  [[nodiscard]] std::string_view text(const PickleValue& value) const;
  /// Of a tuple, a list, a storage, a tensor; of a dict, keys and values in turn. A list may hold
  /// itself.
  [[nodiscard]] std::span<const PickleValue> items(const PickleValue& value) const {
    return items_[static_cast<std::size_t>(value.number)];
  }

 private:
  friend class PickleMachine;
  std::span<const std::byte> stream_;
  std::deque<std::vector<PickleValue>> items_;
  PickleValue value_;
  std::size_t size_ = 0;
};

/// Reads the pickle (protocol 2) at the start of a stream, with the few opcodes and names that
/// PyTorch's weights need. `room`: bytes of memory that it may take. Throws IoError that begins
/// with `origin` and names the byte and the opcode or the global for anything else; nothing of the
/// pickle is ever run.
[[nodiscard]] Pickle read_pickle(std::span<const std::byte> stream, std::size_t room,
                                 const std::string& origin);

}  // namespace electra
