#include "electra/io/stored_tensor.h"

#include <catch2/catch.hpp>
#include <limits>

using namespace electra;

namespace {

constexpr int types = 22;

using Extents = std::vector<Index>;

}  // namespace

TEST_CASE("every stored type has a name that finds it again, and whole half-bytes",
          "[stored_tensor]") {
  for (int i = 0; i < types; ++i) {
    const auto type = static_cast<StoredType>(i);
    INFO(to_string(type));
    CHECK(stored_type_named(to_string(type)) == type);
    CHECK(bits_of(type) >= 4);
    CHECK(bits_of(type) <= 64);
  }
  CHECK(StoredType::u64 == static_cast<StoredType>(types - 1));  // none is left out here
  for (const char* name : {"", "f32", "F33", "F32 ", "BOOLEAN"})
    CHECK_FALSE(stored_type_named(name));
}

TEST_CASE("the order of the types is that of the reference: by size", "[stored_tensor]") {
  for (int i = 2; i < types; ++i) {  // behind BOOL, which is the first
    const auto before = static_cast<StoredType>(i - 1), type = static_cast<StoredType>(i);
    CHECK(bits_of(before) <= bits_of(type));
  }
}

TEST_CASE("what the library computes with is stored under the type of its size",
          "[stored_tensor]") {
  for (const DType type : {DType::f32, DType::bf16, DType::i32, DType::f64})
    CHECK(bits_of(stored_type(type)) == 8 * size_of(type));
  CHECK(to_string(stored_type(DType::f32)) == "F32");
  CHECK(to_string(stored_type(DType::bf16)) == "BF16");
  CHECK(to_string(stored_type(DType::i32)) == "I32");
  CHECK(to_string(stored_type(DType::f64)) == "F64");
}

TEST_CASE("a stored tensor has the bytes of its extents", "[stored_tensor]") {
  CHECK(stored_bytes(StoredType::f32, Extents{2, 3}) == 24);
  CHECK(stored_bytes(StoredType::f32, Extents{}) == 4);
  CHECK(stored_bytes(StoredType::f64, Extents{1, 1, 1, 1, 1, 2}) == 16);
  CHECK(stored_bytes(StoredType::u8, Extents{3, 0}) == 0);
  CHECK(stored_bytes(StoredType::f4, Extents{2}) == 1);
  CHECK(stored_bytes(StoredType::f6_e2m3, Extents{4}) == 3);
  CHECK(StoredTensor{"x", StoredType::f32, {2, 3}, {}}.size() == 6);
  CHECK(StoredTensor{"x", StoredType::f32, {}, {}}.size() == 1);
}

TEST_CASE("extents that cannot be have no bytes", "[stored_tensor]") {
  constexpr Index most = std::numeric_limits<Index>::max();
  CHECK_FALSE(stored_bytes(StoredType::u8, Extents{-1}));
  CHECK_FALSE(stored_bytes(StoredType::u8, Extents{-1, -1}));
  CHECK_FALSE(stored_bytes(StoredType::u8, Extents{most, 2}));
  CHECK_FALSE(stored_bytes(StoredType::u8, Extents{most}));  // its bits pass the largest number
  CHECK(stored_bytes(StoredType::u8, Extents{most / 8}) == most / 8);
  CHECK_FALSE(stored_bytes(StoredType::f4, Extents{3}));  // half a byte would be left
  CHECK_FALSE(stored_bytes(StoredType::f6_e3m2, Extents{5}));
}

TEST_CASE("extents of any number have a text", "[stored_tensor]") {
  CHECK(shape_text(Extents{}) == "[]");
  CHECK(shape_text(Extents{7}) == "[7]");
  CHECK(shape_text(Extents{1, 2, 3, 4, 5}) == "[1, 2, 3, 4, 5]");
}
