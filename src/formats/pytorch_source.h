#pragma once

#include "electra/formats/weights.h"

namespace electra {

/// The tensors of a state dictionary as torch.save leaves it: a zip archive (torch 1.6 and later)
/// or a row of pickles (before). Nothing of the file is run: its pickle is read by a machine that
/// knows the few names that weights need (pickle.h). Throws IoError that names the file, and what
/// in it is not as expected.
[[nodiscard]] TensorSource open_pytorch(const std::filesystem::path& path);

}  // namespace electra
