#include "kernels/cpu/transpose.h"

#include <catch2/catch.hpp>
#include <vector>

#include "kernels/cpu/panel_product.h"

using namespace electra;

namespace {

template <class T>
void check_square() {
  using V = typename cpu::VectorOf<T>::type;
  constexpr auto n = static_cast<int>(cpu::lanes<T>);
  V rows[n];
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) rows[i][j] = static_cast<T>(100 * i + j);
  cpu::transpose(rows);
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) REQUIRE(rows[i][j] == static_cast<T>(100 * j + i));
}

}  // namespace

TEST_CASE("a square in registers is transposed", "[kernel][cpu]") {
  check_square<float>();
  check_square<double>();
  check_square<std::int32_t>();
}

TEST_CASE("panels hold a matrix, whichever way it lies, and zeros behind it", "[kernel][cpu]") {
  constexpr Index width = cpu::panel_width<float>;
  const Index depth = GENERATE(1, 15, 16, 37), columns = GENERATE(1, 7, 16, 33, 64);
  const bool dense_columns = GENERATE(true, false);
  std::vector<float> matrix(static_cast<std::size_t>(depth * columns));
  for (std::size_t i = 0; i < matrix.size(); ++i) matrix[i] = static_cast<float>(i + 1);
  const cpu::Strided<float> from{matrix.data(), dense_columns ? 1 : columns,
                                 dense_columns ? depth : 1};
  std::vector<float> panels(static_cast<std::size_t>(cpu::panel_size<float>(depth, columns)), -1);
  cpu::pack_panels<float>(from, depth, columns, panels.data());
  const Index padded = cpu::round_up(columns, width);
  for (Index j = 0; j < padded; ++j)
    for (Index k = 0; k < depth; ++k) {
      const Index at = (j / width * depth + k) * width + j % width;
      const float expected = j < columns ? *from.at(k, j).data : 0.0F;
      REQUIRE(panels[static_cast<std::size_t>(at)] == expected);
    }
}
