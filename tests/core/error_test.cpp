#include "electra/core/error.h"

#include <catch2/catch.hpp>
#include <string>

using namespace electra;

namespace {

Where asked_for(Where where = Where::here()) { return where; }

}  // namespace

TEST_CASE("a place in the source is its file, one folder, and the line", "[error]") {
  CHECK(to_string(Where{"/home/user/electra/src/core/arena.cpp", 7}) == "core/arena.cpp:7");
  CHECK(to_string(Where{"../../src/core/arena.cpp", 7}) == "core/arena.cpp:7");
  CHECK(to_string(Where{"core/arena.cpp", 7}) == "core/arena.cpp:7");
  CHECK(to_string(Where{"/arena.cpp", 7}) == "/arena.cpp:7");
  CHECK(to_string(Where{"arena.cpp", 7}) == "arena.cpp:7");
}

TEST_CASE("a default argument is the place of the call", "[error]") {
  const int line = __LINE__ + 1;
  CHECK(to_string(asked_for()) == "core/error_test.cpp:" + std::to_string(line));
}

TEMPLATE_TEST_CASE("every failure is an Error with its message, and a standard exception",
                   "[error]", ShapeError, DeviceError, ConfigError, IoError, InputError,
                   TrainingError) {
  CHECK_THROWS_AS(throw TestType("what was expected and found"), Error);
  CHECK_THROWS_AS(throw TestType(""), std::runtime_error);
  CHECK(TestType("what was expected and found").what() ==
        std::string("what was expected and found"));
}
