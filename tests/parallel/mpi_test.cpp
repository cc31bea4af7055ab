#include "parallel/mpi.h"

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "electra/core/error.h"
#include "parallel/built_with_mpi.h"

using namespace electra;

namespace {

/// How long to wait, and where to report: tests/programs/ranks says so.
RankOptions options() {
  const char* reports = std::getenv("ELECTRA_TEST_REPORTS");
  return {.deadline = std::chrono::seconds(4), .reports = reports == nullptr ? "" : reports};
}

std::string hexadecimal(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte byte : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", std::to_integer<unsigned>(byte));
    text += digits;
  }
  return text;
}

}  // namespace

// Run by tests/programs/ranks under mpirun.
TEST_CASE("processes share an id over MPI", "[.share]") {
  if constexpr (built_with_mpi) {
    const Launch launch = discover_launch();
    std::array<std::byte, 128> id{};
    std::random_device random;
    if (launch.leads())
      for (std::byte& byte : id) byte = static_cast<std::byte>(random());
    try {
      mpi::share(launch, id, options());
    } catch (const TrainingError& error) {
      std::fprintf(stderr, "%s\n", error.what());
      FAIL("not shared");
    }
    std::printf("id %s\n", hexadecimal(id).c_str());
  } else {
    std::puts("skipped: built without MPI");
  }
}
