#pragma once

#include <cstdlib>
#include <functional>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "core/cuda/create.h"
#include "electra/core/context.h"
#include "electra/core/error.h"
#include "parallel/nccl.h"

namespace electra::test {

/// Whether there are so many GPUs; says so if there are not.
[[nodiscard]] inline bool have_gpus(int count) {
  const int found = cuda::device_count();
  if (found < count)
    std::cout << "skipped: needs " << count << " GPUs, found " << found << std::endl;
  return found >= count;
}

/// Runs work(communicator, context) for each rank, on a thread and a GPU of its own; a rank that
/// fails ends the others. Returns what each has thrown, if anything.
template <class Work>
std::vector<std::string> on_gpus(int count, const RankOptions& options, const Work& work) {
  const nccl::UniqueId id = nccl::make_id();
  std::vector<std::string> messages(static_cast<std::size_t>(count));
  std::vector<std::thread> team;
  for (int rank = 0; rank < count; ++rank)
    team.emplace_back([&, rank] {
      std::unique_ptr<Communicator> communicator;
      std::unique_ptr<Context> context;
      try {
        context = Context::create({DeviceType::cuda, rank});
        communicator = nccl::communicator(rank, count, id, *context, options);
        work(*communicator, *context);
      } catch (const Error& error) {
        messages[static_cast<std::size_t>(rank)] = error.what();
        if (communicator) communicator->abort(error.what());
      }
      communicator.reset();
    });
  for (std::thread& thread : team) thread.join();
  return messages;
}

}  // namespace electra::test
