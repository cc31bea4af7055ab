#include "electra/inspect/explanation_page.h"

#include <catch2/catch.hpp>

using namespace electra;
using Catch::Contains;

TEST_CASE("a page shows every text as text, whatever is in it", "[inspect]") {
  Explanation of;
  of.text = "<script>alert(1)</script>";
  of.target = "a<b & \"c\"";
  of.outputs = {{"a<b", 0.25}, {"other", 0.75}};
  of.ids = {2, 7, 3};
  of.tokens = {"[CLS]", "<script>", "[SEP]"};
  of.attributions = {0.5, -1, 0};
  of.proposals = {{}, {.probability = 0.125, .candidates = {{9, "<b>", 0.5}}}, {}};
  of.layers = of.heads = 1;
  of.attention = {1, 0, 0, 0, 1, 0, 0, 0, 1};
  const std::string html = explanation_html("<model>", {&of, 1});
  for (const char* shown :
       {"&lt;model&gt;", "&lt;script&gt;", "a&lt;b &amp; ", "12.5 %", "&lt;b&gt;",
        "class=\"against\" style=\"--share:70%\" title=\"-1.0000\"",
        "data-shape=\"1 1 3\" data-attention=\"/wAAAP8AAAD/\""})
    CHECK_THAT(html, Contains(shown));
  std::size_t scripts = 0;
  for (std::size_t at = html.find("<script"); at != html.npos; at = html.find("<script", at + 1))
    ++scripts;
  CHECK(scripts == 1);
  CHECK(html.find("http") == html.npos);
}
