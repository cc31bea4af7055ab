#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "electra/io/stored_tensor.h"

namespace electra {

/// Whether `read_f32` reads this type: F32, F16, BF16, F64.
[[nodiscard]] bool is_floating(StoredType type);

/// Copies elements from the first on, rounded to f32; all of them must be in the tensor. `origin`
/// is the file's name in messages. Throws IoError for a type that is not floating.
void read_f32(const StoredTensor& tensor, Index first, std::span<float> to,
              const std::string& origin);
/// Copies I32 or I64, as many as there is room for. Throws IoError for another type, or a number
/// beyond 32 bits.
void read_i32(const StoredTensor& tensor, std::span<std::int32_t> to, const std::string& origin);

/// Throws IoError unless the tensor has so many numbers.
void expect_numbers(const StoredTensor& tensor, std::size_t count, const std::string& origin);

}  // namespace electra
