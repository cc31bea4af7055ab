#include "electra/tasks/labels.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using electra::ConfigError;
using electra::Examples;
using electra::IoError;
using electra::Labels;
using electra::test::message_of;

namespace {

using Strings = std::vector<std::string>;

Examples examples_of(const std::vector<Strings>& labels) {
  Examples examples{.file = "dev.tsv", .rows = {}, .pairs = false, .remarks = {}};
  for (const Strings& of_one : labels) {
    examples.rows.emplace_back();
    examples.rows.back().line = static_cast<electra::Index>(10 + examples.rows.size());
    examples.rows.back().labels = of_one;
  }
  return examples;
}

Strings sorted(const std::vector<Strings>& labels) {
  return Labels::of(examples_of(labels)).names();
}

}  // namespace

TEST_CASE("labels are sorted by bytes, and numbers by value") {
  CHECK(sorted({{"b"}, {"a", "\u00e9"}, {"B"}, {}, {"a"}}) == Strings{"B", "a", "b", "\u00e9"});
  CHECK(sorted({{"10"}, {"9"}, {"-1"}, {"2.5"}, {"1e1"}}) ==
        Strings{"-1", "2.5", "9", "10", "1e1"});
  CHECK(sorted({{"10"}, {"9"}, {"x"}}) == Strings{"10", "9", "x"});
}

TEST_CASE("a label's id is its place") {
  const Labels labels(Strings{"no", "yes"});
  CHECK(labels.size() == 2);
  CHECK(labels.find("yes") == 1);
  CHECK(labels.find("no") == 0);
  CHECK(labels.find("") == -1);
  CHECK(Labels().find("x") == -1);
}

TEST_CASE("labels that stand twice, or are none, are refused") {
  CHECK(message_of<ConfigError>([] {
          Labels(Strings{"a", "b", "a"});
        }) == "labels: expected each once, found \"a\" twice");
  CHECK(message_of<IoError>([] {
          (void)Labels::of(examples_of({{}, {}}));
        }) == "dev.tsv: expected labels, found none");
}

TEST_CASE("a label that training lacks is refused by file and line") {
  const Labels labels(Strings{"no", "yes"});
  CHECK_NOTHROW(labels.check(examples_of({{"no"}, {"yes", "no"}, {}})));
  CHECK(message_of<IoError>([&] {
          labels.check(examples_of({{"no"}, {"yes"}, {"maybe"}}));
        }) == "dev.tsv, line 13: expected one of the labels \"no\", \"yes\", found \"maybe\"");
}
