#include "electra/io/stored_values.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

template <class T>
StoredTensor stored(StoredType type, const std::vector<T>& values) {
  return {"w", type, {static_cast<Index>(values.size())}, std::as_bytes(std::span(values))};
}

std::vector<float> floats(const StoredTensor& tensor, Index first = 0) {
  std::vector<float> values(static_cast<std::size_t>(tensor.size() - first), std::nanf(""));
  read_f32(tensor, first, values, "x.safetensors");
  return values;
}

std::vector<std::int32_t> integers(const StoredTensor& tensor) {
  std::vector<std::int32_t> values(static_cast<std::size_t>(tensor.size()), -77);
  read_i32(tensor, values, "x.safetensors");
  return values;
}

/// IEEE 754's binary16, by its definition.
float half_by_definition(std::uint16_t bits) {
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  const float sign = (bits & 0x8000) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) return fraction == 0 ? sign * infinity : std::nanf("");
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

}  // namespace

TEST_CASE("numbers are read as f32 from every type that holds them", "[stored_values]") {
  const std::vector<float> single{1.5F, -0.0F, 1e-40F};
  const std::vector<double> wide{1.5, 0.1, 1e300};
  const std::vector<bf16> brain{to_bf16(1.5F), to_bf16(-2.0F)};
  CHECK(floats(stored(StoredType::f32, single)) == single);
  CHECK(std::signbit(floats(stored(StoredType::f32, single))[1]));
  CHECK(floats(stored(StoredType::f64, wide)) == std::vector<float>{1.5F, 0.1F, infinity});
  CHECK(floats(stored(StoredType::bf16, brain)) == std::vector<float>{1.5F, -2.0F});
}

TEST_CASE("every number of 16 bits is what IEEE 754 says", "[stored_values][law]") {
  std::vector<std::uint16_t> bits(65536);
  for (std::size_t i = 0; i < bits.size(); ++i) bits[i] = static_cast<std::uint16_t>(i);
  const std::vector<float> found = floats(stored(StoredType::f16, bits));
  int wrong = 0;
  for (std::size_t i = 0; i < bits.size(); ++i) {
    const float expected = half_by_definition(bits[i]);
    const bool same = std::isnan(expected) ? std::isnan(found[i])
                                           : found[i] == expected &&
                                                 std::signbit(found[i]) == std::signbit(expected);
    wrong += same ? 0 : 1;
  }
  CHECK(wrong == 0);
}

TEST_CASE("elements are read from any place on, aligned or not", "[stored_values]") {
  const std::vector<double> values{1, 2, 3, 4};
  CHECK(floats(stored(StoredType::f64, values), 1) == std::vector<float>{2, 3, 4});
  CHECK(floats(stored(StoredType::f64, values), 4).empty());
  const std::vector<float> single{1, 2, 3};
  CHECK(floats(stored(StoredType::f32, single), 2) == std::vector<float>{3});
  std::vector<std::byte> shifted(1 + 3 * sizeof(float));
  std::memcpy(shifted.data() + 1, single.data(), 3 * sizeof(float));
  const auto unaligned = std::span<const std::byte>(shifted).subspan(1);
  CHECK(floats({"w", StoredType::f32, {3}, unaligned}) == single);
  CHECK(floats({"w", StoredType::f16, {6}, unaligned}).size() == 6);
}

TEST_CASE("integers are read if they have 32 bits", "[stored_values]") {
  CHECK(integers(stored(StoredType::i64, std::vector<std::int64_t>{1, -5, 2147483647})) ==
        std::vector<std::int32_t>{1, -5, 2147483647});
  CHECK(integers(stored(StoredType::i32, std::vector<std::int32_t>{3, -4})) ==
        std::vector<std::int32_t>{3, -4});
  const std::vector<std::int64_t> too_large{1, 2147483648};
  CHECK_THAT(message_of<IoError>([&] { (void)integers(stored(StoredType::i64, too_large)); }),
             Contains("x.safetensors: tensor \"w\": element 1") && Contains("2147483648"));
}

TEST_CASE("a type is read or refused by file and tensor", "[stored_values][law]") {
  const std::vector<std::byte> zeros(64);
  for (int i = 0; i <= static_cast<int>(StoredType::u64); ++i) {
    const auto type = static_cast<StoredType>(i);
    const std::string name(to_string(type));
    CAPTURE(name);
    const StoredTensor tensor{"w", type, {8}, zeros};
    if (is_floating(type))
      CHECK(floats(tensor) == std::vector<float>(8));
    else
      CHECK(message_of<IoError>([&] { (void)floats(tensor); }) ==
            "x.safetensors: tensor \"w\": expected F32, F16, BF16 or F64, found " + name);
    if (type == StoredType::i32 || type == StoredType::i64)
      CHECK(integers(tensor) == std::vector<std::int32_t>(8));
    else
      CHECK(message_of<IoError>([&] { (void)integers(tensor); }) ==
            "x.safetensors: tensor \"w\": expected I32 or I64, found " + name);
  }
}

TEST_CASE("a tensor has as many numbers as its extents say", "[stored_values]") {
  const StoredTensor tensor{"w", StoredType::u8, {2, 3}, {}};
  CHECK_NOTHROW(expect_numbers(tensor, 6, "x.safetensors"));
  CHECK(message_of<IoError>([&] { expect_numbers(tensor, 4, "x.safetensors"); }) ==
        "x.safetensors: tensor \"w\": expected 4 numbers, found 6");
}
