#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace electra {

using Json = nlohmann::json;
/// Keeps the order of keys, and finds them slowly: for writing.
using OrderedJson = nlohmann::ordered_json;

/// Parses text that nobody vouches for. Throws IoError, opening with `origin`, if it is not JSON
/// (RFC 8259, in UTF-8), if an object has a key twice, or if it is nested deeper than 64.
[[nodiscard]] Json parse_json(std::string_view text, const std::string& origin);

/// The same, and the value must be an object.
[[nodiscard]] Json parse_json_object(std::string_view text, const std::string& origin);

/// The entries of one object of a text, in their order there.
using JsonEntries = std::vector<std::pair<std::string, Json>>;

/// The same for a text with an object of very many entries, which then come fast: the object that
/// `path`, keys from the outermost on, leads to stays empty, and its entries are appended here.
[[nodiscard]] Json parse_json_object(std::string_view text, const std::string& origin,
                                     std::span<const std::string_view> path, JsonEntries& entries);

/// "a string", "the number 3", …: for messages.
[[nodiscard]] std::string kind_of(const Json& value);

/// The string in quotes with JSON's escapes; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string json_string(std::string_view text);

}  // namespace electra
