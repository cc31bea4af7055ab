#include "io/json.h"

#include <set>
#include <vector>

#include "electra/core/error.h"

namespace electra {
namespace {

constexpr int deepest = 64;

/// Refuses a second key of the same name, of which the parser by itself keeps the last: an object
/// then has fewer keys than were read. Which one it was is asked of a second reading.
class StrictKeys {
 public:
  StrictKeys(std::string_view text, const std::string& origin) : text_(text), origin_(origin) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& value) {
    if (depth > deepest)
      throw IoError(origin_ + ": JSON nested deeper than " + std::to_string(deepest));
    if (event == Json::parse_event_t::object_start) keys_.push_back(0);
    if (event == Json::parse_event_t::key) ++keys_.back();
    if (event == Json::parse_event_t::object_end) {
      if (value.size() != keys_.back()) refuse();
      keys_.pop_back();
    }
    return true;
  }

 private:
  [[noreturn]] void refuse() const {
    std::vector<std::set<std::string>> keys;
    const auto look = [&](int, Json::parse_event_t event, const Json& value) {
      if (event == Json::parse_event_t::object_start) keys.emplace_back();
      if (event == Json::parse_event_t::object_end) keys.pop_back();
      if (event == Json::parse_event_t::key) {
        const auto& key = value.get_ref<const std::string&>();
        if (!keys.back().insert(key).second)
          throw IoError(origin_ + ": the key " + json_string(key) + " appears twice");
      }
      return true;
    };
    const Json again = Json::parse(text_, look);
    throw IoError(origin_ + ": expected each key once, found one twice in " + kind_of(again));
  }

  std::string_view text_;
  const std::string& origin_;
  std::vector<std::size_t> keys_;  // of each object that is open: how many were read
};

/// The parser's own message, without its name and number.
std::string reason(const Json::exception& error) {
  const std::string_view text = error.what();
  const auto end = text.find("] ");
  return std::string(end == std::string_view::npos ? text : text.substr(end + 2));
}

}  // namespace

Json parse_json(std::string_view text, const std::string& origin) {
  try {
    return Json::parse(text, StrictKeys(text, origin));
  } catch (const Json::exception& error) {
    throw IoError(origin + ": not JSON: " + reason(error));
  }
}

Json parse_json_object(std::string_view text, const std::string& origin) {
  Json value = parse_json(text, origin);
  if (!value.is_object())
    throw IoError(origin + ": expected a JSON object, found " + kind_of(value));
  return value;
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
