#include "electra/report/page.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "electra/core/error.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Contains;

TEST_CASE("whatever texts hold, a page shows it as text", "[page][law]") {
  const std::string evil = "<script>alert('x')</script> & \"quoted\"";
  const Page page{.title = evil,
                  .lead = evil,
                  .tiles = {{evil, evil}},
                  .tables = {{.title = evil, .head = {evil}, .rows = {{evil, evil}}, .note = evil}},
                  .footer = evil};
  const std::string html = page_html(page);
  CHECK_THAT(html, !Contains("<script"));
  CHECK_THAT(html, !Contains("\"quoted\""));
  CHECK_THAT(html, Contains("&lt;script&gt;"));
}

TEST_CASE("cells are shaded by their share, and a table needs no head", "[page]") {
  const PageTable table{.title = "t", .rows = {{"a", "1", "0"}}, .shades = {{1, 0.5}}};
  const std::string html = page_html({.title = "p", .tables = {table}});
  CHECK_THAT(html, Contains("--shade:60%\">1</td>") && Contains("--shade:30%\">0</td>"));
  CHECK_THAT(html, !Contains("<tr></tr>"));
}

TEST_CASE("a page draws the runs that it names, and refuses one without a log", "[page]") {
  const test::TemporaryFolder folder;
  std::ofstream(folder / "train.jsonl")
      << R"({"kind":"run","figures":{"loss":{"title":"Loss","chart":"Loss"}}})"
         "\n"
      << R"({"kind":"train","step":1,"loss":2.5})"
         "\n"
      << R"({"kind":"train","step":2,"loss":1.5})"
         "\n";
  const std::string html =
      page_html({.title = "p", .runs = {{"Seed <1>", folder / "train.jsonl"}}});
  CHECK_THAT(html, Contains("<h2>Seed &lt;1&gt;</h2>") && Contains("class=\"curve train\""));
  CHECK_THROWS_AS(page_html({.title = "p", .runs = {{"none", folder / "nowhere.jsonl"}}}), IoError);
}
