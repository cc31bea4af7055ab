#include "arguments.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "electra/core/error.h"
#include "electra/core/range.h"

namespace electra {

namespace {

using Kind = OptionInfo::Kind;

template <class T>
std::optional<T> parsed(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stopped, code] = std::from_chars(text.data(), end, value);
  if (code != std::errc() || stopped != end) return std::nullopt;
  if constexpr (std::is_floating_point_v<T>)
    if (!std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace

const OptionInfo& Arguments::option(std::string_view name) const {
  for (const OptionInfo& info : options_)
    if (info.name == name) return info;
  throw Error("this verb has no option " + std::string(name));
}

const std::vector<std::string>* Arguments::find(std::string_view name, Kind kind) const {
  if (option(name).kind != kind) throw Error(std::string(name) + " is of another kind");
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

void Arguments::add(std::string_view name, const std::string& value) {
  const Kind kind = option(name).kind;
  const std::string found = "\"" + value + "\"";
  if (kind == Kind::integer && !parsed<Index>(value)) refuse_value(name, "a whole number", found);
  if (kind == Kind::number && !parsed<double>(value)) refuse_value(name, "a finite number", found);
  values_[std::string(name)].push_back(value);
}

bool Arguments::has(std::string_view name) const {
  return find(name, option(name).kind) != nullptr;
}

std::optional<std::string> Arguments::given(std::string_view name) const {
  const auto* values = find(name, option(name).kind);
  return values != nullptr ? std::optional(values->back()) : std::nullopt;
}

std::string Arguments::text(std::string_view name, std::string_view otherwise) const {
  const auto* values = find(name, Kind::text);
  return values != nullptr ? values->back() : std::string(otherwise);
}

std::vector<std::string> Arguments::texts(std::string_view name) const {
  const auto* values = find(name, Kind::texts);
  return values != nullptr ? *values : std::vector<std::string>{};
}

std::optional<Index> Arguments::integer(std::string_view name) const {
  const auto* values = find(name, Kind::integer);
  return values != nullptr ? parsed<Index>(values->back()) : std::nullopt;
}

std::optional<double> Arguments::number(std::string_view name) const {
  const auto* values = find(name, Kind::number);
  return values != nullptr ? parsed<double>(values->back()) : std::nullopt;
}

std::optional<int> small_integer(const Arguments& arguments, std::string_view name) {
  const std::optional<Index> value = arguments.integer(name);
  if (!value) return std::nullopt;
  check_range(name, *value, from(0).to(std::numeric_limits<int>::max()));
  return static_cast<int>(*value);
}

}  // namespace electra
