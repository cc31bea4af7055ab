#include "npy_file.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstring>

#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

TEST_CASE("a matrix is written as NumPy reads it: 128 bytes of header, then its rows", "[npy]") {
  const TemporaryFolder folder;
  NpyFile file(folder / "a.npy", 3);
  const std::array<float, 3> first{1, 2.5F, -3}, second{0, 1e-8F, 7};
  file.add(first);
  file.add(second);
  CHECK_FALSE(std::filesystem::exists(folder / "a.npy"));
  CHECK(file.commit() == 2);
  const std::string bytes = read_file(folder / "a.npy");
  REQUIRE(bytes.size() == 128 + 24);
  CHECK(bytes.substr(0, 10) == std::string("\x93NUMPY\x01\x00\x76\x00", 10));
  CHECK_THAT(bytes.substr(10, 118),
             Catch::Contains("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }"));
  CHECK(bytes[127] == '\n');
  std::array<float, 6> values{};
  std::memcpy(values.data(), bytes.data() + 128, 24);
  CHECK(values == std::array<float, 6>{1, 2.5F, -3, 0, 1e-8F, 7});
}

TEST_CASE("a matrix that is given up leaves no file", "[npy]") {
  const TemporaryFolder folder;
  {
    NpyFile file(folder / "a.npy", 1);
    file.add(std::array{1.0F});
  }
  CHECK(std::filesystem::is_empty(folder.path()));
}
