#include "formats/pickle.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <utility>

#include "electra/core/error.h"
#include "formats/pickle_names.h"
#include "io/json.h"

namespace electra {

namespace {

using Kind = PickleValue::Kind;

constexpr std::size_t bytes_of_value = 2 * sizeof(PickleValue);  // a vector may have grown
constexpr std::size_t bytes_of_items = 2 * sizeof(std::vector<PickleValue>);

}  // namespace

std::string_view Pickle::text(const PickleValue& value) const {
  return {reinterpret_cast<const char*>(stream_.data()) + value.number, value.length};
}

/// A stack, marks on it, a memo, and no way to call anything.
class PickleMachine {
 public:
  PickleMachine(std::span<const std::byte> stream, std::size_t room, const std::string& origin)
      : stream_(stream), room_(room), origin_(origin) {
    pickle_.stream_ = stream;
  }

  Pickle run() {
    if (byte() != 0x80 || byte() != 2) fail("expected a pickle of protocol 2");
    for (opcode_ = byte(); opcode_ != '.'; opcode_ = byte()) {
      start_ = at_ - 1;
      step();
      if (used() > room_)
        fail("expected a pickle that takes at most " + std::to_string(room_) +
             " bytes of memory; this one takes more");
    }
    if (!marks_.empty() || stack_.size() != 1) fail("expected one value at the end");
    pickle_.value_ = stack_.front();
    pickle_.size_ = at_;
    return std::move(pickle_);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw IoError(origin_ + ": byte " + std::to_string(start_) + ": " +
                  pickle_opcode_text(opcode_) + ": " + what);
  }

  /// An upper bound of the memory in use.
  [[nodiscard]] std::size_t used() const {
    return (stack_.size() + marks_.size() + memo_.size() + held_) * bytes_of_value +
           pickle_.items_.size() * bytes_of_items;
  }

  std::span<const std::byte> take(std::size_t count) {
    if (count > stream_.size() - at_)
      fail("expected " + std::to_string(count) + " bytes more, found " +
           std::to_string(stream_.size() - at_) + ": cut off");
    at_ += count;
    return stream_.subspan(at_ - count, count);
  }
  std::uint8_t byte() { return std::to_integer<std::uint8_t>(take(1)[0]); }
  std::uint32_t unsigned_of(std::size_t width) {
    std::uint32_t value = 0;
    std::memcpy(&value, take(width).data(), width);  // little-endian
    return value;
  }
  std::string_view line() {
    const auto rest = stream_.subspan(at_);
    const auto end =
        std::find(rest.begin(), rest.begin() + std::min<std::ptrdiff_t>(std::ssize(rest), 256),
                  std::byte{'\n'});
    const auto length = static_cast<std::size_t>(end - rest.begin());
    const auto text = take(length + 1);
    if (text.back() != std::byte{'\n'}) fail("expected a name of at most 255 bytes");
    return {reinterpret_cast<const char*>(text.data()), length};
  }

  void push(Kind kind, std::int64_t number = 0) { stack_.push_back({kind, 0, number}); }
  /// Values above the last mark; those below are not to be reached.
  [[nodiscard]] std::size_t above_mark() const {
    return stack_.size() - (marks_.empty() ? 0 : marks_.back());
  }
  void expect_values(std::size_t count) const {
    if (above_mark() < count) fail("expected " + std::to_string(count) + " values on the stack");
  }
  PickleValue pop() {
    expect_values(1);
    const PickleValue value = stack_.back();
    stack_.pop_back();
    return value;
  }
  [[nodiscard]] PickleValue& top() {
    expect_values(1);
    return stack_.back();
  }
  std::vector<PickleValue> pop_last(std::size_t count) {
    expect_values(count);
    const auto first = stack_.end() - static_cast<std::ptrdiff_t>(count);
    std::vector<PickleValue> values(first, stack_.end());
    stack_.erase(first, stack_.end());
    return values;
  }
  std::vector<PickleValue> pop_to_mark() {
    if (marks_.empty()) fail("expected a mark");
    std::vector<PickleValue> values = pop_last(above_mark());
    marks_.pop_back();
    return values;
  }

  void push_items(Kind kind, std::vector<PickleValue> items) {
    held_ += items.size();
    pickle_.items_.push_back(std::move(items));
    push(kind, std::ssize(pickle_.items_) - 1);
  }
  [[nodiscard]] std::vector<PickleValue>& items(const PickleValue& value) {
    return pickle_.items_[static_cast<std::size_t>(value.number)];
  }
  void extend(Kind kind, const std::vector<PickleValue>& values) {
    if (top().kind != kind)
      fail("expected " + std::string(kind_of(PickleValue{kind})) + ", found " +
           std::string(kind_of(top())));
    if (kind == Kind::dict && values.size() % 2 != 0) fail("expected a value for each key");
    held_ += values.size();
    items(top()).insert(items(top()).end(), values.begin(), values.end());
  }

  void push_global() {
    const std::string_view module = line();
    const std::string_view name = line();
    const std::optional<PickleGlobal> global = pickle_global(module, name);
    if (!global)
      fail(json_string(std::string(module) + "." + std::string(name)) +
           " is not a name that weights need; nothing of this file is run");
    push(Kind::global, static_cast<std::int64_t>(*global));
  }
  void push_text() {
    const std::uint32_t length = unsigned_of(4);
    const auto where = static_cast<std::int64_t>(at_);
    (void)take(length);
    stack_.push_back({Kind::text, length, where});
  }
  void push_long() {
    const std::size_t width = byte();
    if (width > 8) fail("expected an integer of at most 8 bytes, found " + std::to_string(width));
    std::uint64_t bits = 0;
    const auto bytes = take(width);
    if (width > 0) std::memcpy(&bits, bytes.data(), width);
    if (width > 0 && width < 8 && (std::to_integer<int>(bytes.back()) & 0x80) != 0)
      bits |= ~std::uint64_t{0} << (8 * width);
    push(Kind::integer, static_cast<std::int64_t>(bits));
  }

  /// An index is the next one, as a pickler counts; one may be left out (Python 2 began with 1).
  void put(std::uint32_t index) {
    if (index > memo_.size() + 1)
      fail("expected the memo's index " + std::to_string(memo_.size()) + ", found " +
           std::to_string(index));
    if (index >= memo_.size()) memo_.resize(std::size_t{index} + 1);
    memo_[index] = top();
  }
  void get(std::uint32_t index) {
    if (index >= memo_.size()) fail("the memo has no index " + std::to_string(index));
    stack_.push_back(memo_[index]);
  }

  void push_storage() {
    const PickleValue id = pop();
    if (id.kind != Kind::tuple)
      fail("expected a tuple as persistent id, found " + std::string(kind_of(id)));
    push(Kind::storage, id.number);
  }
  void reduce() {
    const PickleValue arguments = pop();
    const PickleValue callee = pop();
    if (callee.kind != Kind::global || arguments.kind != Kind::tuple)
      fail("expected a global and a tuple, found " + std::string(kind_of(callee)) + " and " +
           std::string(kind_of(arguments)));
    const auto global = static_cast<PickleGlobal>(callee.number);
    const std::vector<PickleValue>& given = items(arguments);
    if (global == PickleGlobal::ordered_dict && given.empty()) return push_items(Kind::dict, {});
    if (global == PickleGlobal::rebuild_tensor) return push(Kind::tensor, arguments.number);
    if (global == PickleGlobal::rebuild_parameter && !given.empty() &&
        given.front().kind == Kind::tensor)
      return stack_.push_back(given.front());
    fail(std::string(pickle_name_of(global)) + " with such arguments is not what weights need");
  }
  /// Of `_metadata` alone, which a state dictionary carries and nobody needs.
  void build() {
    const PickleValue state = pop();
    const bool known = top().kind == Kind::dict && state.kind == Kind::dict &&
                       items(state).size() == 2 && items(state)[0].kind == Kind::text &&
                       pickle_.text(items(state)[0]) == "_metadata";
    if (!known) fail("expected _metadata of a dict alone");
  }

  void set_item() { extend(Kind::dict, pop_last(2)); }

  void step() {
    switch (opcode_) {
      case 'c':
        return push_global();
      case 'q':
        return put(byte());
      case 'r':
        return put(unsigned_of(4));
      case 'h':
        return get(byte());
      case 'j':
        return get(unsigned_of(4));
      case '(':
        return marks_.push_back(stack_.size());
      case 't':
        return push_items(Kind::tuple, pop_to_mark());
      case 0x85:
        return push_items(Kind::tuple, pop_last(1));
      case 0x86:
        return push_items(Kind::tuple, pop_last(2));
      case 0x87:
        return push_items(Kind::tuple, pop_last(3));
      case ')':
        return push_items(Kind::tuple, {});
      case ']':
        return push_items(Kind::list, {});
      case '}':
        return push_items(Kind::dict, {});
      default:
        return step_of_values();
    }
  }
  void step_of_values() {
    switch (opcode_) {
      case 'X':
        return push_text();
      case 'J':
        return push(Kind::integer, static_cast<std::int32_t>(unsigned_of(4)));
      case 'K':
        return push(Kind::integer, byte());
      case 'M':
        return push(Kind::integer, unsigned_of(2));
      case 0x8a:
        return push_long();
      case 'N':
        return push(Kind::none);
      case 0x88:
        return push(Kind::boolean, 1);
      case 0x89:
        return push(Kind::boolean, 0);
      case 'Q':
        return push_storage();
      case 'R':
        return reduce();
      case 'b':
        return build();
      case 's':
        return set_item();
      case 'u':
        return extend(Kind::dict, pop_to_mark());
      case 'a':
        return extend(Kind::list, pop_last(1));
      case 'e':
        return extend(Kind::list, pop_to_mark());
      default:
        fail("an opcode that weights do not need; nothing of this file is run");
    }
  }

  std::span<const std::byte> stream_;
  std::size_t room_;
  const std::string& origin_;
  Pickle pickle_;
  std::vector<PickleValue> stack_, memo_;
  std::vector<std::size_t> marks_;
  std::size_t held_ = 0;   // values in items
  std::size_t at_ = 0;     // the next byte
  std::size_t start_ = 0;  // the opcode's
  std::uint8_t opcode_ = 0x80;
};

Pickle read_pickle(std::span<const std::byte> stream, std::size_t room, const std::string& origin) {
  return PickleMachine(stream, room, origin).run();
}

}  // namespace electra
