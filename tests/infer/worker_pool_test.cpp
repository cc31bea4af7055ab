#include "infer/worker_pool.h"

#include <sched.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "electra/core/error.h"

using namespace electra;

TEST_CASE("a worker that came back is taken again, and none is made before it is needed",
          "[worker_pool][law]") {
  WorkerPool pool({}, 1, 3);
  CHECK(pool.size() == 0);
  for (int i = 0; i < 5; ++i) (void)pool.take();
  CHECK(pool.size() == 1);
  const WorkerPool::Lease one = pool.take();
  const WorkerPool::Lease two = pool.take();
  CHECK(&*one != &*two);
  CHECK(pool.size() == 2);
}

TEST_CASE("a worker that cannot be made is an error, and takes nobody's place", "[worker_pool]") {
  WorkerPool pool({DeviceType::cuda, 1000}, 1, 1);
  for (int turn = 0; turn < 3; ++turn) CHECK_THROWS_AS(pool.take(), DeviceError);
  CHECK(pool.size() == 0);
}

TEST_CASE("there are as many workers as there are processors for this process", "[worker_pool]") {
  CHECK(usual_workers({}, 0) == 1);
  CHECK(usual_workers({}, 1 << 20) == 1);
  CHECK(usual_workers({DeviceType::cuda, 0}, 1) == 1);
  int found = 0;
  std::thread bound([&] {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof one, &one) == 0) found = usual_workers({}, 1);
  });
  bound.join();
  CHECK(found == 1);
}

TEST_CASE("no more work at once than there may be workers, and everybody gets one",
          "[worker_pool][law][threads]") {
  WorkerPool pool({}, 1, 2);
  std::atomic<int> working = 0, most = 0, done = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int turn = 0; turn < 50; ++turn) {
        const WorkerPool::Lease worker = pool.take();
        const int now = ++working;
        int seen = most;
        while (now > seen && !most.compare_exchange_weak(seen, now)) {
        }
        worker->arena().reset();
        --working;
        ++done;
      }
    });
  for (std::thread& thread : threads) thread.join();
  CHECK(done == 400);
  CHECK(most <= 2);
  CHECK(pool.size() <= 2);
}
