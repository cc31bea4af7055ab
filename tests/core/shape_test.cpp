#include "electra/core/shape.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <vector>

#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;

TEST_CASE("a shape has at most four extents, none negative", "[shape]") {
  CHECK(Shape{2, 3, 4}.size() == 24);
  CHECK(Shape{2, 3, 4}.rows() == 6);
  CHECK(Shape{2, 3, 4}.width() == 4);
  CHECK(Shape{}.size() == 1);
  CHECK(to_string(Shape{2, 3}) == "[2, 3]");
  CHECK_THROWS_AS((Shape{1, 2, 3, 4, 5}), ShapeError);
  CHECK_THROWS_WITH((Shape{1, 2, 3, 4, 5}), Contains("at most 4 extents, found 5"));
  CHECK_THROWS_WITH((Shape{1, -2}), Contains("not negative, found [1, -2]"));
}

TEST_CASE("the rows of a shape times its width are its size", "[shape][law]") {
  for (const Shape& shape : {Shape{}, Shape{7}, Shape{3, 5}, Shape{2, 3, 5}, Shape{2, 1, 4, 3},
                             Shape{0}, Shape{0, 3}, Shape{3, 0}}) {
    INFO(to_string(shape));
    CHECK(shape.rows() * shape.width() == shape.size());
    CHECK(Shape(shape.extents()) == shape);
    CHECK(shape.extents().size() == shape.rank());
  }
  CHECK(Shape{7}.rows() == 1);
  CHECK(to_string(Shape{}) == "[]");
}

TEST_CASE("shapes are equal if every extent is, and their number", "[shape]") {
  CHECK(Shape{2, 3} == Shape{2, 3});
  CHECK_FALSE(Shape{2, 3} == Shape{3, 2});
  CHECK_FALSE(Shape{2, 3} == Shape{6});
  CHECK_FALSE(Shape{2} == Shape{2, 1});
  CHECK_FALSE(Shape{} == Shape{0});  // a scalar, and nothing
}

TEST_CASE("every dtype has the size of its C++ type, and a name of its own", "[shape]") {
  CHECK(size_of(DType::f32) == sizeof(float));
  CHECK(size_of(DType::bf16) == sizeof(bf16));
  CHECK(size_of(DType::i32) == sizeof(std::int32_t));
  CHECK(size_of(DType::f64) == sizeof(double));
  CHECK(dtype_of<const float>() == DType::f32);
  CHECK(dtype_of<bf16>() == DType::bf16);
  CHECK(dtype_of<std::int32_t>() == DType::i32);
  CHECK(dtype_of<double>() == DType::f64);
  CHECK(to_string(DType::f32) == "f32");
  CHECK(to_string(DType::bf16) == "bf16");
  CHECK(to_string(DType::i32) == "i32");
  CHECK(to_string(DType::f64) == "f64");
}

TEST_CASE("bf16 rounds to nearest, ties to even, and keeps NaN and infinity", "[shape]") {
  CHECK(to_float(to_bf16(1.0F)) == 1.0F);
  CHECK(to_bf16(1.0F + 0x1p-8F).bits == 0x3f80);            // halfway: down to even
  CHECK(to_bf16(1.0F + 0x1p-7F + 0x1p-8F).bits == 0x3f82);  // halfway: up to even
  CHECK(to_bf16(1.0F + 0x1p-8F + 0x1p-20F).bits == 0x3f81);
  CHECK(std::isinf(to_float(to_bf16(std::numeric_limits<float>::infinity()))));
  CHECK(std::isinf(to_float(to_bf16(std::numeric_limits<float>::max()))));
  CHECK(std::isnan(to_float(to_bf16(std::numeric_limits<float>::quiet_NaN()))));
  CHECK(std::isnan(to_float(to_bf16(__builtin_bit_cast(float, 0x7f800001U)))));
}

TEST_CASE("every bf16 is the one that its value rounds to", "[shape][law]") {
  for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
    const bf16 value{static_cast<std::uint16_t>(bits)};
    const float wide = to_float(value);
    if (std::isnan(wide) ? !std::isnan(to_float(to_bf16(wide))) : !(to_bf16(wide) == value))
      FAIL("bits " << bits);
  }
}
