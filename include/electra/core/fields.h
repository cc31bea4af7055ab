#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "electra/core/range.h"

namespace electra {

namespace detail {
struct AnyVisitor {
  void operator()(std::string_view, auto&, std::string_view) const {}
  void operator()(std::string_view, auto&, std::string_view, const ValueRange&) const {}
};
}  // namespace detail

/// A struct that lists its members once, each with what it means and, for numbers, its range:
///
///     void fields(auto&& visit) {
///       visit("corpus", corpus, "a file or a folder");
///       visit("share", share, "of the real tokens that is masked", between(0, 1));
///     }
///
/// A member whose type lists fields itself is a nested object. The range of a list is that of each
/// element, the range of an optional number that of the number.
template <class C>
concept Config = requires(C& config) {
  config.fields(detail::AnyVisitor{});
};

namespace detail {

struct RangeChecker {
  std::string prefix;

  void operator()(std::string_view name, auto& value, std::string_view) const {
    if constexpr (Config<std::remove_reference_t<decltype(value)>>)
      value.fields(RangeChecker{prefix + std::string(name) + "."});
  }
  void operator()(std::string_view name, auto& value, std::string_view,
                  const ValueRange& range) const {
    check_range(prefix + std::string(name), value, range);
  }
};

}  // namespace detail

/// Throws ConfigError that names the first value out of the range that its field lists:
/// "train.batch: expected 1 or more, found 0". `prefix` opens every path: "model." for a part that
/// is checked alone.
template <Config C>
void check_ranges(C config, const std::string& prefix = {}) {
  config.fields(detail::RangeChecker{prefix});
}

}  // namespace electra
