#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "formats/pickle.h"

namespace electra {

/// "STACK_GLOBAL (0x93)"; the number alone if no pickle has such an opcode.
[[nodiscard]] std::string pickle_opcode_text(std::uint8_t opcode);

/// Nothing for a name that weights do not need.
[[nodiscard]] std::optional<PickleGlobal> pickle_global(std::string_view module,
                                                        std::string_view name);
/// "_rebuild_tensor_v2".
[[nodiscard]] std::string_view pickle_name_of(PickleGlobal global);

}  // namespace electra
