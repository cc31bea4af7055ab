#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace electra {

/// What messages call the input: its path, or "standard input" for "-".
[[nodiscard]] std::string input_name(const std::string& path);
/// The lines of a file, or of standard input ("-"), as many at once as have come. Throws IoError.
void for_input_lines(const std::string& path,
                     const std::function<void(std::span<const std::string>)>& use);
/// All of them.
[[nodiscard]] std::vector<std::string> input_lines(const std::string& path);

}  // namespace electra
