#include "io/json.h"

#include <bit>
#include <functional>
#include <utility>
#include <vector>

#include "electra/core/error.h"

namespace electra {
namespace {

constexpr int deepest = 64;

/// The parser's own message, without its name and number.
std::string reason(const Json::exception& error) {
  const std::string_view text = error.what();
  const auto end = text.find("] ");
  return std::string(end == std::string_view::npos ? text : text.substr(end + 2));
}

/// Builds a value from the parser's events. The parser by itself keeps the last of several entries
/// with one key; here a second one is refused.
class Builder {
 public:
  Builder(const std::string& origin, std::span<const std::string_view> path, JsonEntries* entries)
      : origin_(origin), path_(path), entries_(entries) {}

  [[nodiscard]] Json take() { return std::move(root_); }

  bool null() { return put(nullptr); }
  bool boolean(bool value) { return put(value); }
  bool number_integer(Json::number_integer_t value) { return put(value); }
  bool number_unsigned(Json::number_unsigned_t value) { return put(value); }
  bool number_float(Json::number_float_t value, const std::string&) { return put(value); }
  bool string(std::string& value) { return put(std::move(value)); }
  bool binary(Json::binary_t& value) { return put(std::move(value)); }
  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool key(std::string& value) {
    key_ = std::move(value);
    return true;
  }
  bool end_object() {
    if (is_aside()) expect_keys_once();
    return close();
  }
  bool end_array() { return close(); }
  [[noreturn]] bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    throw IoError(origin_ + ": not JSON: " + reason(error));
  }

 private:
  /// Whether the innermost open value is the object whose entries go elsewhere.
  [[nodiscard]] bool is_aside() const {
    return entries_ != nullptr && on_path_ == path_.size() && open_.size() == on_path_ + 1;
  }

  bool put(Json value) {
    (void)place(std::move(value));
    return true;
  }

  Json* place(Json value) {
    if (open_.empty()) return &(root_ = std::move(value));
    Json& into = *open_.back();
    if (into.is_array()) return &into.get_ref<Json::array_t&>().emplace_back(std::move(value));
    if (is_aside()) return &entries_->emplace_back(std::move(key_), std::move(value)).second;
    const auto [at, is_new] =
        into.get_ref<Json::object_t&>().try_emplace(std::move(key_), std::move(value));
    if (!is_new) refuse_second(key_);
    return &at->second;
  }

  bool open(Json value) {
    const bool leads_on = !open_.empty() && open_.back()->is_object() &&
                          open_.size() == on_path_ + 1 && on_path_ < path_.size() &&
                          key_ == path_[on_path_];
    open_.push_back(place(std::move(value)));
    if (std::ssize(open_) > deepest)
      throw IoError(origin_ + ": JSON nested deeper than " + std::to_string(deepest));
    if (leads_on) ++on_path_;
    return true;
  }

  bool close() {
    open_.pop_back();
    if (on_path_ > 0 && open_.size() == on_path_) --on_path_;
    return true;
  }

  void expect_keys_once() const {
    std::vector<const std::string*> places(std::bit_ceil(2 * entries_->size() + 1));
    const std::size_t mask = places.size() - 1;
    for (const auto& [key, value] : *entries_) {
      std::size_t at = std::hash<std::string>()(key) & mask;
      for (; places[at] != nullptr; at = (at + 1) & mask)
        if (*places[at] == key) refuse_second(key);
      places[at] = &key;
    }
  }

  [[noreturn]] void refuse_second(const std::string& key) const {
    throw IoError(origin_ + ": the key " + json_string(key) + " appears twice");
  }

  const std::string& origin_;
  std::span<const std::string_view> path_;
  JsonEntries* entries_;
  Json root_;
  std::string key_;          // of the value that comes next, in an object
  std::vector<Json*> open_;  // arrays and objects, the innermost last
  std::size_t on_path_ = 0;  // how many of the path's keys the open ones follow
};

Json parse(std::string_view text, const std::string& origin,
           std::span<const std::string_view> path = {}, JsonEntries* entries = nullptr) {
  Builder builder(origin, path, entries);
  (void)Json::sax_parse(text, &builder);
  return builder.take();
}

Json expect_object(Json value, const std::string& origin) {
  if (!value.is_object())
    throw IoError(origin + ": expected a JSON object, found " + kind_of(value));
  return value;
}

}  // namespace

Json parse_json(std::string_view text, const std::string& origin) { return parse(text, origin); }

Json parse_json_object(std::string_view text, const std::string& origin) {
  return expect_object(parse(text, origin), origin);
}

Json parse_json_object(std::string_view text, const std::string& origin,
                       std::span<const std::string_view> path, JsonEntries& entries) {
  return expect_object(parse(text, origin, path, &entries), origin);
}

std::string kind_of(const Json& value) {
  switch (value.type()) {
    case Json::value_t::null:
      return "null";
    case Json::value_t::boolean:
      return value.get<bool>() ? "true" : "false";
    case Json::value_t::object:
      return "an object";
    case Json::value_t::array:
      return "an array";
    case Json::value_t::string: {
      const auto& text = value.get_ref<const std::string&>();
      return text.size() > 40 ? "a string" : "the string " + json_string(text);
    }
    default:
      return "the number " + value.dump();
  }
}

std::string json_string(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace electra
