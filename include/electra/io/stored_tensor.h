#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// Every element type of the safetensors format, in the order in which the reference writer sorts.
enum class StoredType : std::uint8_t {
  boolean,
  f4,
  f6_e2m3,
  f6_e3m2,
  u8,
  i8,
  f8_e5m2,
  f8_e4m3,
  f8_e8m0,
  f8_e4m3fnuz,
  f8_e5m2fnuz,
  i16,
  u16,
  f16,
  bf16,
  i32,
  u32,
  f32,
  c64,
  f64,
  i64,
  u64,
};

/// The format's name: "F32", "BOOL", …
[[nodiscard]] std::string_view to_string(StoredType type);
[[nodiscard]] int bits_of(StoredType type);
[[nodiscard]] StoredType stored_type(DType type);
/// Nothing if the format has no type of this name.
[[nodiscard]] std::optional<StoredType> stored_type_named(std::string_view name);

/// One tensor of a file: any rank, row-major, little-endian.
struct StoredTensor {
  std::string name;
  StoredType dtype = StoredType::f32;
  std::vector<Index> shape;
  std::span<const std::byte> bytes;

  /// Product of the extents; 1 for a scalar.
  [[nodiscard]] Index size() const;
};

/// "[2, 3]", for any rank.
[[nodiscard]] std::string shape_text(std::span<const Index> shape);

/// Bytes of a dense tensor; nothing if an extent is negative, the product passes 2^63 - 1, or the
/// last bit is not the end of a byte.
[[nodiscard]] std::optional<Index> stored_bytes(StoredType dtype, std::span<const Index> shape);

}  // namespace electra
