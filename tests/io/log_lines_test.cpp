#include "io/log_lines.h"

#include <catch2/catch.hpp>
#include <vector>

#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;

namespace {

/// The numbers under "n" of the lines that are read, and how far into the text they reach.
struct Read {
  std::vector<int> numbers;
  std::size_t end = 0;
};

Read read(std::string_view text) {
  Read all;
  for_each_log_line(text, "train.jsonl", [&](const Json& object, std::string_view line) {
    all.numbers.push_back(object.at("n"));
    CHECK(parse_json(line, "line") == object);
    all.end = static_cast<std::size_t>(line.data() + line.size() - text.data());
  });
  return all;
}

}  // namespace

TEST_CASE("a log's lines are read in order, up to a last one that is damaged", "[log_lines][law]") {
  CHECK(read("").numbers.empty());
  const std::string text = "{\"n\":1}\n{\"n\":2}\n{\"n\":3}";
  CHECK(read(text).numbers == std::vector{1, 2, 3});
  CHECK(read(text + "\n").numbers == std::vector{1, 2, 3});
  for (std::size_t end = 0; end < text.size(); ++end) {  // torn anywhere
    CAPTURE(end);
    const Read found = read(std::string_view(text).substr(0, end));
    CHECK(found.numbers.size() == (end < 7 ? 0 : end < 15 ? 1 : 2));
    CHECK(found.end <= end);
  }
  CHECK(read(text + "\n\xff\n").numbers == std::vector{1, 2, 3});
}

TEST_CASE("a damaged line with others behind it is an error that names file and line",
          "[log_lines]") {
  for (const char* damaged :
       {"{\"n\":1}\n{\"n\n{\"n\":3}\n", "{\"n\":1}\n\n{\"n\":3}", "{\"n\":1}\n[2]\n{}"})
    CHECK_THAT(message_of<IoError>([&] { (void)read(damaged); }),
               Catch::StartsWith("train.jsonl:2: "));
}

TEST_CASE("an error of who reads a log is no damage of its last line", "[log_lines]") {
  const auto use = [](const Json&, std::string_view) { throw IoError("my own"); };
  CHECK(message_of<IoError>([&] { for_each_log_line("{}", "x", use); }) == "my own");
}
