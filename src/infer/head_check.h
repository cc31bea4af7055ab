#pragma once

#include <filesystem>
#include <span>
#include <string_view>

#include "electra/formats/stored_head.h"

namespace electra {

/// The head of a directory for a class that opens some: by task ("classify"), or by kind where a
/// head has no task ("replaced_token"). Throws IoError that names the file, the heads that the
/// class opens, the one that is there and who opens that.
[[nodiscard]] StoredHead head_for(const std::filesystem::path& directory,
                                  std::string_view class_name,
                                  std::span<const std::string_view> opens);

}  // namespace electra
