#pragma once

#include <string>
#include <thread>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/parallel/communicator.h"

namespace electra::test {

/// Runs work(communicator, context) for each rank, on a thread of its own; a rank that fails ends
/// the others. Returns what each has thrown, if anything.
template <class Work>
std::vector<std::string> on_threads(int count, const Work& work) {
  const auto ranks = Communicator::threads(count);
  std::vector<std::string> messages(static_cast<std::size_t>(count));
  std::vector<std::thread> team;
  for (int rank = 0; rank < count; ++rank)
    team.emplace_back([&, rank] {
      Communicator& communicator = *ranks[static_cast<std::size_t>(rank)];
      try {
        const auto context = Context::create({}, {.threads = 1});
        work(communicator, *context);
      } catch (const Error& error) {
        messages[static_cast<std::size_t>(rank)] = error.what();
        communicator.abort(error.what());
      }
    });
  for (std::thread& thread : team) thread.join();
  return messages;
}

}  // namespace electra::test
