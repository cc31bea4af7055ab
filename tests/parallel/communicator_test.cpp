#include "electra/parallel/communicator.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "support/thread_ranks.h"

using namespace electra;
using test::on_threads;

TEST_CASE("ranks on threads add up in the order of ranks, with the same bits everywhere",
          "[communicator][threads][law]") {
  for (const int count : {1, 2, 3, 4}) {
    std::vector<std::vector<float>> values(static_cast<std::size_t>(count));
    const auto messages = on_threads(count, [&](Communicator& c, Context& context) {
      auto& mine = values[static_cast<std::size_t>(c.rank())];
      for (int i = 0; i < 1001; ++i)
        mine.push_back(1.0F / static_cast<float>(1 + i + 7 * c.rank()));
      for (int round = 0; round < 3; ++round)
        c.all_reduce_sum(context, {mine.data(), {1001}, DType::f32});
    });
    for (const std::string& message : messages) CHECK(message.empty());
    float expected = 0;
    for (int rank = 0; rank < count; ++rank) expected += 1.0F / static_cast<float>(1 + 7 * rank);
    for (int round = 1; round < 3; ++round) {
      const float once = expected;
      for (int rank = 1; rank < count; ++rank) expected += once;
    }
    for (const auto& mine : values) {
      CHECK(mine[0] == expected);
      CHECK(mine == values[0]);
    }
  }
}

TEST_CASE("a broadcast gives every rank the root's values", "[communicator][threads][law]") {
  std::vector<std::int32_t> seen(3, -1);
  const auto messages = on_threads(3, [&](Communicator& c, Context& context) {
    std::int32_t value = 10 + c.rank();
    c.broadcast(context, {&value, {1}, DType::i32}, 2);
    c.barrier();
    seen[static_cast<std::size_t>(c.rank())] = value;
  });
  for (const std::string& message : messages) CHECK(message.empty());
  CHECK(seen == std::vector<std::int32_t>{12, 12, 12});
}

TEST_CASE("a rank that fails ends the others with its reason", "[communicator][threads]") {
  const auto messages = on_threads(3, [&](Communicator& c, Context& context) {
    if (c.rank() == 1) throw Error("no disk");
    float value = 0;
    c.all_reduce_sum(context, {&value, {1}, DType::f32});
  });
  CHECK(messages[0] == "another rank has stopped: no disk");
  CHECK(messages[1] == "no disk");
  CHECK(messages[2] == "another rank has stopped: no disk");
}

TEST_CASE("ranks that disagree about a tensor are told so", "[communicator][threads]") {
  const auto messages = on_threads(2, [&](Communicator& c, Context& context) {
    std::vector<float> values(static_cast<std::size_t>(2 + c.rank()));
    c.all_reduce_sum(context, {values.data(), {2 + c.rank()}, DType::f32});
  });
  CHECK_THAT(messages[0] + messages[1], Catch::Matchers::Contains("ranks disagree"));
}

TEST_CASE("one rank alone changes nothing", "[communicator]") {
  const auto context = Context::create({});
  const auto alone = Communicator::single_process();
  float value = 3;
  alone->all_reduce_sum(*context, {&value, {1}, DType::f32});
  alone->broadcast(*context, {&value, {1}, DType::f32}, 0);
  alone->barrier();
  CHECK(value == 3);
  CHECK(alone->size() == 1);
}
