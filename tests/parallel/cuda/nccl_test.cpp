#include "parallel/nccl.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>

#include "parallel/built_with_mpi.h"
#include "support/host_copy.h"
#include "support/ranks.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

using Clock = std::chrono::steady_clock;

const RankOptions patient{.deadline = 60s, .reports = {}};

/// A tensor on the context's GPU.
struct Tensor {
  Tensor(Context& context, const HostTensor& values)
      : buffer(context, values.view().bytes()), view(buffer.view(values.shape(), values.dtype())) {
    context.upload(std::span(static_cast<const std::byte*>(values.view().raw()),
                             static_cast<std::size_t>(view.bytes())),
                   view);
  }

  Buffer buffer;
  TensorView view;
};

void expect_no_message(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) CHECK(message.empty());
}

}  // namespace

TEST_CASE("ranks on GPUs add up, with the same bits everywhere", "[nccl][cuda][law]") {
  const int count = GENERATE(1, 2, 4);
  if (!have_gpus(count)) return;
  for (const DType dtype : {DType::f32, DType::f64, DType::i32, DType::bf16}) {
    std::vector<std::vector<double>> sums(static_cast<std::size_t>(count));
    expect_no_message(on_gpus(count, patient, [&](Communicator& c, Context& context) {
      Tensor mine(context, random_tensor({1001}, dtype, static_cast<std::uint64_t>(c.rank()), 50));
      c.all_reduce_sum(context, mine.view);
      c.barrier();
      sums[static_cast<std::size_t>(c.rank())] = host_copy(context, mine.view).values();
    }));
    std::vector<double> expected(1001, 0);
    for (int rank = 0; rank < count; ++rank) {
      const auto part = random_tensor({1001}, dtype, static_cast<std::uint64_t>(rank), 50).values();
      for (std::size_t i = 0; i < part.size(); ++i) expected[i] += part[i];
    }
    CHECK(relative_error(sums[0], expected) < (dtype == DType::bf16 ? 1e-2 : 1e-6));
    for (const auto& mine : sums) CHECK(mine == sums[0]);
  }
}

TEST_CASE("a broadcast gives every GPU the root's values", "[nccl][cuda][law]") {
  if (!have_gpus(4)) return;
  std::vector<double> seen(4, -1);
  expect_no_message(on_gpus(4, patient, [&](Communicator& c, Context& context) {
    Tensor mine(context, HostTensor({1}, DType::i32, {10.0 + c.rank()}));
    c.broadcast(context, mine.view, 2);
    c.barrier();
    seen[static_cast<std::size_t>(c.rank())] = host_copy(context, mine.view)[0];
  }));
  CHECK(seen == std::vector<double>(4, 12));
}

TEST_CASE("a rank that hangs ends the others at the deadline", "[nccl][cuda]") {
  const int count = GENERATE(2, 4);
  if (!have_gpus(count)) return;
  const TemporaryFolder folder;
  std::atomic<int> ended = 0;
  const auto start = Clock::now();
  const auto messages = on_gpus(
      count, {.deadline = 4s, .reports = folder / "ranks"}, [&](Communicator& c, Context& context) {
        Tensor mine(context, HostTensor({8}, DType::f32, std::vector<double>(8, 1)));
        c.begin_step(7);
        if (c.rank() == 1) {
          while (ended < count - 1) std::this_thread::sleep_for(1ms);
          return;
        }
        c.all_reduce_sum(context, mine.view);
        context.synchronize();
        ++ended;
        c.check();
      });
  CHECK(Clock::now() - start < 60s);
  for (int rank = 0; rank < count; ++rank) {
    const std::string& message = messages[static_cast<std::size_t>(rank)];
    if (rank == 1) continue;
    CHECK_THAT(message, Contains("step 7: ") &&
                            Contains("all_reduce_sum f32 [8] (call 2) did not end within 4 s") &&
                            Contains("rank 1: step 7, after call 1, join; last heard of"));
  }
}

TEST_CASE("a rank that never comes ends the others at the deadline", "[nccl][cuda]") {
  if (!have_gpus(2)) return;
  const TemporaryFolder folder;
  const nccl::UniqueId id = nccl::make_id();
  const auto context = Context::create({DeviceType::cuda, 0});
  const RankOptions options{.deadline = 300ms, .reports = folder / "ranks"};
  CHECK_THROWS_WITH(nccl::communicator(0, 2, id, *context, options),
                    Contains("before step 0: join (call 1) did not end within 0.3 s") &&
                        Contains("rank 1: nothing is known of it"));
}

TEST_CASE("ranks that call different operations are told which", "[nccl][cuda]") {
  if (!have_gpus(2)) return;
  const TemporaryFolder folder;
  const auto messages = on_gpus(
      2, {.deadline = 4s, .reports = folder / "ranks"}, [&](Communicator& c, Context& context) {
        Tensor mine(context, HostTensor({8}, DType::f32, std::vector<double>(8, 1)));
        c.begin_step(3);
        if (c.rank() == 0)
          c.all_reduce_sum(context, mine.view);
        else
          c.broadcast(context, mine.view, 0);
        c.barrier();
      });
  CHECK_THAT(messages[0] + messages[1], Contains("all_reduce_sum f32 [8]") && Contains("step 3"));
  CHECK_THAT(messages[0] + messages[1], Contains("broadcast f32 [8]"));
}

TEST_CASE("a rank that fails ends the others with its reason, long before the deadline",
          "[nccl][cuda]") {
  if (!have_gpus(4)) return;
  const TemporaryFolder folder;
  const auto start = Clock::now();
  const auto messages = on_gpus(
      4, {.deadline = 60s, .reports = folder / "ranks"}, [&](Communicator& c, Context& context) {
        Tensor mine(context, HostTensor({8}, DType::f32, std::vector<double>(8, 1)));
        c.barrier();
        if (c.rank() == 2) throw IoError("no disk");
        c.all_reduce_sum(context, mine.view);
        c.barrier();
      });
  CHECK(Clock::now() - start < 45s);
  CHECK(messages[2] == "no disk");
  for (const std::size_t rank : {0, 1, 3})
    CHECK_THAT(messages[rank], Contains("rank 2") && Contains("stopped: no disk"));
}

TEST_CASE("what an earlier attempt left is not taken for a failure", "[nccl][cuda]") {
  if (!have_gpus(2)) return;
  const TemporaryFolder folder;
  // Long enough for two ranks to join on a busy machine; reports are then read every 200 ms.
  const RankOptions options{.deadline = 4s, .reports = folder / "ranks"};
  const auto fail = [](Communicator& c, Context&) {
    c.barrier();
    throw IoError("rank " + std::to_string(c.rank()) + " is tired");
  };
  for (const std::string& message : on_gpus(2, options, fail)) CHECK_FALSE(message.empty());
  std::this_thread::sleep_for(20ms);  // file times may be as coarse as this
  expect_no_message(on_gpus(2, options, [](Communicator& c, Context&) {
    for (int i = 0; i < 20; ++i) {
      c.barrier();
      std::this_thread::sleep_for(30ms);
    }
  }));
}

TEST_CASE("a tensor elsewhere is refused by name", "[nccl][cuda]") {
  if (!have_gpus(1)) return;
  const auto messages = on_gpus(1, patient, [&](Communicator& c, Context& context) {
    float value = 0;
    c.all_reduce_sum(context, {&value, {1}, DType::f32});
  });
  CHECK_THAT(messages[0], Contains("all_reduce_sum: expected a tensor on cuda:0, found cpu"));
}

TEST_CASE("ranks meet where a launcher says", "[nccl][cuda]") {
  if (!have_gpus(2)) return;
  std::vector<std::thread> team;
  std::vector<double> sums(2, 0);
  for (int rank = 0; rank < 2; ++rank)
    team.emplace_back([&, rank] {
      Launch launch;
      launch.launcher = Launcher::torchrun;
      launch.rank = launch.local_rank = rank;
      launch.size = 2;
      launch.host = "127.0.0.1";
      launch.port = 29500;
      const auto context = Context::create(device_of(launch, "auto"));
      const auto communicator = Communicator::join(launch, *context, patient);
      Tensor mine(*context, HostTensor({1}, DType::i32, {1.0 + rank}));
      communicator->all_reduce_sum(*context, mine.view);
      communicator->barrier();
      sums[static_cast<std::size_t>(rank)] = host_copy(*context, mine.view)[0];
    });
  for (std::thread& rank : team) rank.join();
  ::unsetenv("NCCL_COMM_ID");
  CHECK(sums == std::vector<double>{3, 3});
}

TEST_CASE("ranks that nobody tells where to meet are told what to say", "[nccl][cuda]") {
  if (!have_gpus(1)) return;
  const auto context = Context::create({DeviceType::cuda, 0});
  Launch launch;
  launch.size = 2;
  const auto join = [&](Launcher launcher) {
    launch.launcher = launcher;
    (void)Communicator::join(launch, *context, patient);
  };
  CHECK_THROWS_WITH(join(Launcher::flags),
                    "ranks: flags do not say where rank 0 can be reached: give --master host:port, "
                    "set MASTER_ADDR");
  CHECK_THROWS_WITH(join(Launcher::slurm), Contains("srun does not say where rank 0"));
  if constexpr (!built_with_mpi)
    CHECK_THROWS_WITH(join(Launcher::hydra), Contains("MASTER_ADDR, or build with MPI"));
}
