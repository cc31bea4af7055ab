#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "electra/pretrain/config.h"
#include "electra/train/run_folder.h"

namespace electra {

/// The preset of a request that names none.
inline constexpr const char* default_preset = "tiny";

/// What a command line asks for: from where the values of a configuration come, the later ones
/// over the earlier ones.
struct PretrainRequest {
  std::string preset = {};                 // empty: one that the others name, or default_preset
  std::filesystem::path config_file = {};  // JSON; empty: none
  std::string corpus = {};                 // empty: what the others say
  std::optional<std::uint64_t> seed = {};
  std::optional<Index> steps = {};            // scales what depends on it (with_steps)
  std::vector<std::string> assignments = {};  // "path=value"
};

/// The preset that is named: by itself, by an assignment, or in the file. Empty if none is. Throws
/// ConfigError if two of them differ.
[[nodiscard]] std::string preset_of(const PretrainRequest& request);

/// The configuration of a new run. Throws ConfigError or IoError.
[[nodiscard]] PretrainConfig configuration_of(const PretrainRequest& request);

/// The configuration of the run in this folder with the values that the request names, for
/// resume_with. `steps` is train.steps alone: the rest stays scaled as the run was made, and so are
/// the values of the file. Throws ConfigError or IoError.
[[nodiscard]] PretrainConfig resumed_configuration_of(const PretrainRequest& request,
                                                      const RunFolder& folder);

}  // namespace electra
