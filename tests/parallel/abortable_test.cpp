#include "parallel/abortable.h"

#include <catch2/catch.hpp>
#include <thread>

using namespace electra;
using namespace std::chrono_literals;

namespace {

/// What a library keeps behind a handle.
struct Library {
  std::atomic<int> aborted = 0;
  std::atomic<bool> inside = false;
};

void wait_for(const std::atomic<bool>& flag) {
  while (!flag) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("a handle is aborted once, and not used after that", "[abortable]") {
  Library library;
  Abortable<Library*> handle([](Library* l) { ++l->aborted; });
  int calls = 0;
  const auto call = [&](Library*) { ++calls; };
  handle.use(call);
  CHECK(calls == 0);  // there is none yet
  handle.set([&] { return &library; });
  handle.use(call);
  handle.try_use(call);
  CHECK(calls == 2);
  handle.abort();
  handle.abort();
  handle.use(call);
  CHECK(calls == 2);
  CHECK(library.aborted == 1);
  CHECK(handle.release() == nullptr);
}

TEST_CASE("a handle that was given away is not aborted, one that comes too late is",
          "[abortable]") {
  Library library;
  Abortable<Library*> handle([](Library* l) { ++l->aborted; });
  handle.set([&] { return &library; });
  CHECK(handle.release() == &library);
  handle.abort();
  CHECK(library.aborted == 0);
  handle.set([&] { return &library; });
  CHECK(library.aborted == 1);
}

TEST_CASE("a call that is stuck is aborted from another thread", "[abortable]") {
  Library library;
  Abortable<Library*> handle([](Library* l) { ++l->aborted; });
  handle.set([&] { return &library; });
  std::thread caller([&] {
    handle.use([](Library* l) {
      l->inside = true;
      while (l->aborted == 0) std::this_thread::sleep_for(1ms);
    });
  });
  wait_for(library.inside);
  bool called = false;
  handle.try_use([&](Library*) { called = true; });  // returns
  CHECK_FALSE(called);
  handle.abort();
  caller.join();
  CHECK(library.aborted == 1);
}

TEST_CASE("a call that is about to end is waited for", "[abortable]") {
  Library library;
  bool ended = false;
  Abortable<Library*> handle([&](Library* l) {
    CHECK(ended);
    ++l->aborted;
  });
  handle.set([&] { return &library; });
  std::thread caller([&] {
    handle.use([&](Library* l) {
      l->inside = true;
      std::this_thread::sleep_for(50ms);
      ended = true;
    });
  });
  wait_for(library.inside);
  handle.abort();
  caller.join();
  CHECK(library.aborted == 1);
}
