#include "electra/io/stored_values.h"

#include <bit>
#include <cstring>
#include <utility>

#include "electra/core/error.h"
#include "electra/core/tensor.h"
#include "io/json.h"

namespace electra {

namespace {

template <class T>
T load(const StoredTensor& tensor, std::size_t i) {
  T value;  // the header may leave the data unaligned
  std::memcpy(&value, tensor.bytes.data() + i * sizeof(T), sizeof(T));
  return value;
}

float half_to_float(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t{half} >> 15U << 31U;
  const std::uint32_t exponent = (half >> 10U) & 31U;
  const std::uint32_t fraction = half & 1023U;
  if (exponent == 0) {
    const float magnitude = static_cast<float>(fraction) * 0x1p-24F;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide = exponent == 31 ? 255U : exponent + 112U;
  return std::bit_cast<float>(sign | wide << 23U | fraction << 13U);
}

std::string named(const StoredTensor& tensor, const std::string& origin) {
  return origin + ": tensor " + json_string(tensor.name);
}

}  // namespace

bool is_floating(StoredType type) {
  return type == StoredType::f32 || type == StoredType::f16 || type == StoredType::bf16 ||
         type == StoredType::f64;
}

void read_f32(const StoredTensor& tensor, Index first, std::span<float> to,
              const std::string& origin) {
  const auto begin = static_cast<std::size_t>(first);
  const auto fill = [&](auto value_at) {
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = value_at(begin + i);
  };
  switch (tensor.dtype) {
    case StoredType::f32:
      if (!to.empty())
        std::memcpy(to.data(), tensor.bytes.data() + begin * sizeof(float), to.size_bytes());
      return;
    case StoredType::f16:
      return fill([&](std::size_t i) { return half_to_float(load<std::uint16_t>(tensor, i)); });
    case StoredType::bf16:
      return fill([&](std::size_t i) { return to_float(load<bf16>(tensor, i)); });
    case StoredType::f64:
      return fill([&](std::size_t i) { return static_cast<float>(load<double>(tensor, i)); });
    default:
      throw IoError(named(tensor, origin) + ": expected F32, F16, BF16 or F64, found " +
                    std::string(to_string(tensor.dtype)));
  }
}

void read_i32(const StoredTensor& tensor, std::span<std::int32_t> to, const std::string& origin) {
  if (tensor.dtype != StoredType::i32 && tensor.dtype != StoredType::i64)
    throw IoError(named(tensor, origin) + ": expected I32 or I64, found " +
                  std::string(to_string(tensor.dtype)));
  for (std::size_t i = 0; i < to.size(); ++i) {
    const std::int64_t value = tensor.dtype == StoredType::i32 ? load<std::int32_t>(tensor, i)
                                                               : load<std::int64_t>(tensor, i);
    if (!std::in_range<std::int32_t>(value))
      throw IoError(named(tensor, origin) + ": element " + std::to_string(i) +
                    ": expected a number of 32 bits, found " + std::to_string(value));
    to[i] = static_cast<std::int32_t>(value);
  }
}

void expect_numbers(const StoredTensor& tensor, std::size_t count, const std::string& origin) {
  if (static_cast<std::size_t>(tensor.size()) != count)
    throw IoError(named(tensor, origin) + ": expected " + std::to_string(count) +
                  " numbers, found " + std::to_string(tensor.size()));
}

}  // namespace electra
