#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace electra {

/// What a file is whose first bytes are those of a format that no text is read from, and what to do
/// about it: "xz-compressed: unpack it first (unxz)". `head` is the start of the file, 1 KiB or
/// more of it where there is as much. gzip and zstd count: who unpacks them does so once.
[[nodiscard]] std::optional<std::string> foreign_format(std::string_view head);

/// Whether this is hardly text in any encoding of bytes: more than three bytes, and one in a
/// thousand, are NUL, or more than ten, and one in twenty, are control characters.
[[nodiscard]] bool looks_binary(std::string_view head);

}  // namespace electra
