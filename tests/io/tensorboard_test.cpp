#include "electra/io/tensorboard.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using electra::test::TemporaryFolder;

namespace {

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) >> 4U];
    text += "0123456789abcdef"[static_cast<unsigned char>(byte) & 15U];
  }
  return text;
}

}  // namespace

TEST_CASE("event records have the known bytes", "[tensorboard]") {
  CHECK(hex(version_record(1.0)) ==
        "1800000000000000a37f4b2209000000000000f03f1a0d627261696e2e4576656e743a3286bf577a");
  CHECK(hex(scalar_record("train/loss", 0.5F, 7, 2.0)) ==
        "200000000000000029eda95009000000000000004010072a130a110a0a747261696e2f6c6f7373150000003f"
        "9e1bfae5");
}

TEST_CASE("steps above 127 take several bytes", "[tensorboard]") {
  CHECK_THAT(hex(scalar_record("a", 0.0F, 300, 0.0)), Catch::Matchers::Contains("10ac022a"));
}

TEST_CASE("an event file holds its records as they are added", "[tensorboard]") {
  const TemporaryFolder folder;
  EventFile first(folder / "run");
  EventFile second(folder / "run", 40);
  CHECK(first.path() != second.path());
  CHECK_THAT(first.path().filename().string(),
             Catch::Matchers::Matches(R"(events\.out\.tfevents\.[0-9]{10}\..+\.[0-9]+)"));
  const auto header = version_record(1.0).size();
  CHECK(read_file(first.path()).size() == header);
  CHECK(hex(read_file(first.path()).substr(0, 12)) == "1800000000000000a37f4b22");
  first.add_scalar("train/loss", 0.5, 7);
  CHECK(read_file(first.path()).size() ==
        header + scalar_record("train/loss", 0.5F, 7, 0.0).size());
  CHECK(read_file(second.path()).size() == header + restart_record(40, 0.0).size());
}
