#include "electra/io/stored_tensor.h"

#include <array>

#include "electra/core/error.h"

namespace electra {
namespace {

struct TypeRow {
  std::string_view name;
  int bits;
};

constexpr std::array<TypeRow, 22> types{{
    {"BOOL", 8},        {"F4", 4},      {"F6_E2M3", 6}, {"F6_E3M2", 6}, {"U8", 8},
    {"I8", 8},          {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F8_E4M3FNUZ", 8},
    {"F8_E5M2FNUZ", 8}, {"I16", 16},    {"U16", 16},    {"F16", 16},    {"BF16", 16},
    {"I32", 32},        {"U32", 32},    {"F32", 32},    {"C64", 64},    {"F64", 64},
    {"I64", 64},        {"U64", 64},
}};

const TypeRow& row(StoredType type) { return types[static_cast<std::size_t>(type)]; }

}  // namespace

std::string_view to_string(StoredType type) { return row(type).name; }

int bits_of(StoredType type) { return row(type).bits; }

StoredType stored_type(DType type) {
  switch (type) {
    case DType::f32:
      return StoredType::f32;
    case DType::bf16:
      return StoredType::bf16;
    case DType::i32:
      return StoredType::i32;
    case DType::f64:
      return StoredType::f64;
  }
  throw ShapeError("unknown dtype");
}

std::optional<StoredType> stored_type_named(std::string_view name) {
  for (std::size_t i = 0; i < types.size(); ++i)
    if (types[i].name == name) return static_cast<StoredType>(i);
  return std::nullopt;
}

Index StoredTensor::size() const {
  Index product = 1;
  for (const Index extent : shape) product *= extent;
  return product;
}

std::string shape_text(std::span<const Index> shape) {
  std::string text = "[";
  for (const Index extent : shape) text += (text.size() > 1 ? ", " : "") + std::to_string(extent);
  return text + "]";
}

std::optional<Index> stored_bytes(StoredType dtype, std::span<const Index> shape) {
  Index size = 1;
  for (const Index extent : shape)
    if (extent < 0 || __builtin_mul_overflow(size, extent, &size)) return std::nullopt;
  Index bits = 0;
  if (__builtin_mul_overflow(size, Index{bits_of(dtype)}, &bits) || bits % 8 != 0)
    return std::nullopt;
  return bits / 8;
}

}  // namespace electra
