#include "support/lines.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

namespace {

std::vector<std::string> lines_in(const std::string& text) {
  const TemporaryFolder folder;
  write_file(folder / "lines", text);
  const int file = open((folder / "lines").c_str(), O_RDONLY);
  std::vector<std::string> all;
  for_lines(file, "lines", [&](std::span<const std::string> lines) {
    CHECK_FALSE(lines.empty());
    all.insert(all.end(), lines.begin(), lines.end());
  });
  close(file);
  return all;
}

}  // namespace

TEST_CASE("lines end with either kind of end, and the last one need not", "[lines]") {
  using Lines = std::vector<std::string>;
  CHECK(lines_in("a\nb\r\n\nc") == Lines{"a", "b", "", "c"});
  CHECK(lines_in("a\n") == Lines{"a"});
  CHECK(lines_in("\n") == Lines{""});
  CHECK(lines_in("").empty());
  CHECK(lines_in("a\rb\n") == Lines{"a\rb"});
  const std::string nul("x\0y", 3);
  CHECK(lines_in(nul + "\n") == Lines{nul});
}

TEST_CASE("lines that are longer than what is read at once stay whole", "[lines][law]") {
  const std::string longer(200000, 'x');
  CHECK(lines_in(longer + "\nend\n") == std::vector<std::string>{longer, "end"});
}

TEST_CASE("a line of a pipe is used before the next one is written", "[lines][law]") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  std::promise<std::string> first;
  std::thread reader([&] {
    bool told = false;
    for_lines(ends[0], "pipe", [&](std::span<const std::string> lines) {
      if (!told) first.set_value(lines.front());
      told = true;
    });
  });
  REQUIRE(write(ends[1], "one\ntw", 6) == 6);
  auto found = first.get_future();
  const bool used = found.wait_for(std::chrono::seconds(10)) == std::future_status::ready;
  close(ends[1]);
  reader.join();
  close(ends[0]);
  REQUIRE(used);
  CHECK(found.get() == "one");
}
