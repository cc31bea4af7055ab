#pragma once

#include <filesystem>
#include <string>

namespace electra {

/// A whole HTML page of this style; title and body are HTML.
[[nodiscard]] std::string framed(const std::string& title, const std::string& body);

/// A value in large with its name below, both HTML.
[[nodiscard]] std::string tile_html(const std::string& value, const std::string& name);

/// The curves of a run, below `heading`; empty if its log has none.
[[nodiscard]] std::string curves_html(const std::filesystem::path& train_log,
                                      const std::string& heading);

}  // namespace electra
