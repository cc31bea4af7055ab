#include "electra/core/quantity_text.h"

#include <catch2/catch.hpp>

namespace electra {
namespace {

TEST_CASE("a count has a comma before every third digit from the end") {
  CHECK(count_text(0) == "0");
  CHECK(count_text(999) == "999");
  CHECK(count_text(1000) == "1,000");
  CHECK(count_text(412345) == "412,345");
  CHECK(count_text(-1234567) == "-1,234,567");
  CHECK(count_text(-999) == "-999");
}

TEST_CASE("a short count has thousands from ten thousand on") {
  CHECK(short_count_text(950.4) == "950");
  CHECK(short_count_text(9999) == "9999");
  CHECK(short_count_text(12345) == "12.3k");
  CHECK(short_count_text(1.25e6) == "1.25M");
}

TEST_CASE("a share in per cent has two digits that count") {
  CHECK(percent_text(1, 30) == "3.3 %");
  CHECK(percent_text(1, 8) == "12 %");
  CHECK(percent_text(1, 100'000) == "0.001 %");
  CHECK(percent_text(30, 30) == "100 %");
  CHECK(percent_text(9999, 10'000) == "99 %");
  CHECK(percent_text(0, 0) == "0 %");
}

TEST_CASE("a share has three digits, however small") {
  CHECK(percent_text(0.0) == "0 %");
  CHECK(percent_text(0.3) == "30.0 %");
  CHECK(percent_text(0.98231) == "98.2 %");
  CHECK(percent_text(0.000213) == "0.0213 %");
  CHECK(percent_text(1.0) == "100 %");
}

TEST_CASE("how many times has two digits, or is a count") {
  CHECK(times_text(0.0589) == "0.059");
  CHECK(times_text(2.64) == "2.6");
  CHECK(times_text(99.4) == "99");
  CHECK(times_text(99.6) == "100");
  CHECK(times_text(2519.7) == "2,520");
}

TEST_CASE("a duration is rounded to its smaller unit, which then never reaches the larger") {
  CHECK(duration_text(0) == "0s");
  CHECK(duration_text(59.4) == "59s");
  CHECK(duration_text(59.6) == "1m00s");
  CHECK(duration_text(187) == "3m07s");
  CHECK(duration_text(3599.7) == "1h00m");
  CHECK(duration_text(3725) == "1h02m");
}

TEST_CASE("seconds keep a tenth, and what is shorter keeps its digits") {
  CHECK(seconds_text(600) == "600 s");
  CHECK(seconds_text(2.5) == "2.5 s");
  CHECK(seconds_text(12.34) == "12.3 s");
  CHECK(seconds_text(0.05) == "0.05 s");
}

TEST_CASE("bytes are counted in megabytes, and in gigabytes from a thousand on") {
  CHECK(bytes_text(12400000) == "12 MB");
  CHECK(bytes_text(1290000000) == "1.3 GB");
}

}  // namespace
}  // namespace electra
