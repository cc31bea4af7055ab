#include "electra/parallel/agreement.h"

#include <catch2/catch.hpp>
#include <functional>
#include <thread>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;
using Vote = Agreement::Vote;

namespace {

/// Runs work(agreement, rank) for each of so many ranks, on threads; what each has thrown.
std::vector<std::string> agree(int count, const std::function<void(Agreement&, int)>& work) {
  const auto ranks = Communicator::threads(count);
  std::vector<std::string> messages(static_cast<std::size_t>(count));
  std::vector<std::thread> team;
  for (int rank = 0; rank < count; ++rank)
    team.emplace_back([&, rank] {
      const auto at = static_cast<std::size_t>(rank);
      const auto context = Context::create({}, {.threads = 1});
      try {
        Agreement agreement(*context, *ranks[at]);
        work(agreement, rank);
      } catch (const Error& error) {
        messages[at] = error.what();
      }
    });
  for (std::thread& thread : team) thread.join();
  return messages;
}

Vote vote(bool yes) { return yes ? Vote::yes : Vote::no; }

}  // namespace

TEST_CASE("any rank's vote is every rank's answer", "[agreement][threads]") {
  for (const int count : {1, 2, 3})
    for (int voter = -1; voter < count; ++voter) {
      std::vector<int> answers(static_cast<std::size_t>(count), -1);
      agree(count, [&](Agreement& agreement, int rank) {
        answers[static_cast<std::size_t>(rank)] = agreement.any(vote(rank == voter)) ? 1 : 0;
      });
      CHECK(answers == std::vector<int>(static_cast<std::size_t>(count), voter >= 0 ? 1 : 0));
    }
}

TEST_CASE("a vote is answered the time after, and of one rank at once", "[agreement][threads]") {
  std::vector<std::vector<bool>> answers(2);
  agree(2, [&](Agreement& agreement, int rank) {
    for (int time = 0; time < 5; ++time)
      answers[static_cast<std::size_t>(rank)].push_back(
          agreement.any_before(vote(rank == 1 && time == 2)));
  });
  const std::vector<bool> expected{false, false, false, true, false};
  CHECK(answers[0] == expected);
  CHECK(answers[1] == expected);
  agree(1, [&](Agreement& agreement, int) {
    CHECK(agreement.any_before(Vote::yes));
    CHECK_FALSE(agreement.any_before(Vote::no));
  });
}

TEST_CASE("rank 0's number is every rank's", "[agreement][threads]") {
  std::vector<Index> numbers(3);
  agree(3, [&](Agreement& agreement, int rank) {
    numbers[static_cast<std::size_t>(rank)] = agreement.of_rank_0(1000 + rank);
  });
  CHECK(numbers == std::vector<Index>{1000, 1000, 1000});
}

TEST_CASE("ranks with different texts are told so, each with its own", "[agreement][threads]") {
  const auto messages = agree(3, [](Agreement& agreement, int rank) {
    agreement.expect_same("equal", "names");
    agreement.expect_same(rank == 2 ? "other" : "equal", "names");
  });
  for (const std::string& message : messages)
    CHECK_THAT(message, Contains("ranks 0 and 2 have different names"));
  CHECK_THAT(messages[2], Contains("rank 2 has other"));
}
