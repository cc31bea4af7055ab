#include "electra/data/corpus_options.h"

#include <catch2/catch.hpp>

namespace electra {
namespace {

TEST_CASE("an encoding is auto, or what iconv knows by that name", "[corpus]") {
  for (const char* name :
       {"auto", "utf-8", "latin-1", "windows-1252", "gbk", "shift_jis", "utf-16le"}) {
    INFO(name);
    CHECK(is_corpus_encoding(name));
  }
  for (const char* name : {"", "utf-9", "latin", "none"}) {
    INFO(name);
    CHECK_FALSE(is_corpus_encoding(name));
  }
}

}  // namespace
}  // namespace electra
