#include "electra/core/repeated_work.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>
#include <vector>

#include "electra/core/context.h"

using namespace electra;

namespace {

using Log = std::vector<std::string>;

/// What a recording was made of, put into the log again under "replayed".
class FakeRecording final : public Recording {
 public:
  FakeRecording(Log& log, Log work, int& alive) : log_(log), work_(std::move(work)), alive_(alive) {
    ++alive_;
  }
  ~FakeRecording() override { --alive_; }

  void replay() override {
    for (const std::string& each : work_) log_.push_back("replayed " + each);
  }
  [[nodiscard]] Index kernels() const override { return static_cast<Index>(work_.size()); }

 private:
  Log& log_;
  Log work_;
  int& alive_;
};

/// A device that can record; its work is to write to a log.
class FakeContext final : public Context {
 public:
  FakeContext() : Context(Device{}) {}

  void does(const std::string& what) { (into_ == nullptr ? log : *into_).push_back(what); }

  void* allocate(Index bytes) override { return std::malloc(static_cast<std::size_t>(bytes)); }
  void deallocate(void* data) noexcept override { std::free(data); }
  void zero(TensorView) override {}
  void synchronize() override {}
  std::unique_ptr<Readback> make_readback(Index) override { return nullptr; }
  std::unique_ptr<Recording> record(const std::function<void()>& work) override {
    ++recorded;
    Log kept;
    into_ = &kept;
    work();
    into_ = nullptr;
    return std::make_unique<FakeRecording>(log, kept, alive);
  }
  [[nodiscard]] std::int64_t generation() const override { return moves; }

  Log log;
  std::int64_t moves = 0;
  int recorded = 0;
  int alive = 0;  // recordings

 private:
  void copy_bytes(const void*, void*, Index) override {}
  void upload_bytes(std::span<const std::byte>, void*) override {}
  void download_bytes(const void*, std::span<std::byte>) override {}

  Log* into_ = nullptr;
};

/// Work whose kernels are those of its key, and whose temporaries are as large.
struct Fixture {
  FakeContext context;
  Arena arena{context};
  RepeatedWork repeated{context, arena};

  /// Runs it and returns what the device did.
  Log run(Index length, std::uint32_t phase = 0) {
    context.log.clear();
    repeated.run({.shape = {2, length}, .phase = phase}, [&] {
      arena.reset();
      (void)arena.allocate({2, length}, DType::f32);
      context.does(name(length, phase));
    });
    return context.log;
  }
  static std::string name(Index length, std::uint32_t phase = 0) {
    return std::to_string(length) + "." + std::to_string(phase);
  }
  static Log worked(Index length, std::uint32_t phase = 0) { return {name(length, phase)}; }
  static Log replayed(Index length, std::uint32_t phase = 0) {
    return {"replayed " + name(length, phase)};
  }
  /// Until it is replayed.
  void settle(Index length, std::uint32_t phase = 0) {
    for (int runs = 0; runs < 5; ++runs)
      if (run(length, phase) == replayed(length, phase)) return;
    FAIL("it was never replayed");
  }
};

constexpr Index large = 1 << 20;  // values: more than the arena's first block

}  // namespace

TEST_CASE("work is run until a run moves nothing, recorded at the next, then replayed",
          "[repeated_work]") {
  Fixture f;
  CHECK(f.run(8) == f.worked(8));  // takes memory
  CHECK(f.repeated.recording() == nullptr);
  CHECK(f.run(8) == f.worked(8));  // moves nothing
  CHECK(f.repeated.recording() == nullptr);
  for (int i = 0; i < 3; ++i) {
    CHECK(f.run(8) == f.replayed(8));
    CHECK(f.repeated.recording() != nullptr);
  }
  CHECK(f.context.recorded == 1);
}

TEST_CASE("work of two shapes in turn replays each its own recording", "[repeated_work][law]") {
  Fixture f;
  f.settle(8);
  f.settle(4);
  for (int i = 0; i < 3; ++i)
    for (const Index length : {8, 4, 4}) CHECK(f.run(length) == f.replayed(length));
  CHECK(f.context.recorded == 2);
  CHECK(f.context.alive == 2);
}

TEST_CASE("a key that is new is run and settles by itself, whatever has settled before",
          "[repeated_work][law]") {
  Fixture f;
  f.settle(8);
  CHECK(f.run(4) == f.worked(4));
  CHECK(f.repeated.recording() == nullptr);
  CHECK(f.run(8) == f.replayed(8));
  CHECK(f.run(4) == f.replayed(4));
}

TEST_CASE("phases of one shape have recordings of their own", "[repeated_work][law]") {
  Fixture f;
  f.settle(8, 0);
  f.settle(8, 1);
  CHECK(f.run(8, 0) == f.replayed(8, 0));
  CHECK(f.run(8, 1) == f.replayed(8, 1));
  CHECK(f.run(8, 2) == f.worked(8, 2));
}

TEST_CASE("shapes of the same size are not the same", "[repeated_work]") {
  FakeContext context;
  const Arena arena(context);
  RepeatedWork repeated(context, arena);
  const auto run = [&](const Shape& shape) {
    context.log.clear();
    repeated.run({.shape = shape}, [&] { context.does(to_string(shape)); });
    return context.log.back();
  };
  for (int i = 0; i < 2; ++i)
    for (const Shape& shape : {Shape{2, 8}, Shape{4, 4}, Shape{16}, Shape{1, 16}}) (void)run(shape);
  CHECK(run({2, 8}) == "replayed [2, 8]");
  CHECK(run({4, 4}) == "replayed [4, 4]");
  CHECK(run({16}) == "replayed [16]");
  CHECK(run({1, 16}) == "replayed [1, 16]");
}

TEST_CASE("once addresses have moved, nothing recorded before is replayed",
          "[repeated_work][law]") {
  Fixture f;
  f.settle(8);
  f.settle(4);
  SECTION("between runs, in the context's memory") {
    ++f.context.moves;
    CHECK(f.run(4) == f.worked(4));
  }
  SECTION("between runs, in the arena") {
    f.arena.reserve(8 * large);
    CHECK(f.run(4) == f.worked(4));
  }
  SECTION("in a run of another key") {
    CHECK(f.run(large) == f.worked(large));
    CHECK(f.run(4) == f.worked(4));
  }
  SECTION("in a run that may not replay") {
    f.repeated.set_replay(RepeatedWork::Replay::never);
    f.context.log.clear();
    f.repeated.run({.shape = {2, 4}}, [&] { ++f.context.moves; });
    f.repeated.set_replay(RepeatedWork::Replay::when_possible);
    CHECK(f.run(4) == f.worked(4));
  }
  CHECK(f.context.alive == 0);
  CHECK(f.run(8) == f.worked(8));
  f.settle(8);
  f.settle(4);
  CHECK(f.run(8) == f.replayed(8));
  CHECK(f.context.recorded == 4);
}

TEST_CASE("no more recordings are kept than the bound, and those used last stay",
          "[repeated_work][law]") {
  Fixture f;
  const auto most = static_cast<Index>(RepeatedWork::most_keys);
  for (Index length = 1; length <= most; ++length) f.settle(length);
  CHECK(f.context.alive == most);
  CHECK(f.run(1) == f.replayed(1));  // so that 2 is the one whose last use is longest ago
  f.settle(most + 1);
  CHECK(f.context.alive == most);
  for (const Index length : {Index{1}, Index{3}, most, most + 1})
    CHECK(f.run(length) == f.replayed(length));
  CHECK(f.run(2) == f.worked(2));
  f.settle(2);
  CHECK(f.context.alive == most);
}

TEST_CASE("work that is watched or may not be replayed is run", "[repeated_work]") {
  Fixture f;
  f.settle(8);
  f.repeated.set_replay(RepeatedWork::Replay::never);
  CHECK(f.run(8) == f.worked(8));
  CHECK(f.repeated.recording() == nullptr);
  f.repeated.set_replay(RepeatedWork::Replay::when_possible);
  CHECK(f.run(8) == f.replayed(8));
  f.context.set_observer([](const KernelEvent&) {});
  CHECK(f.run(8) == f.worked(8));
  f.context.set_observer({});
  CHECK(f.run(8) == f.replayed(8));
  CHECK(f.context.recorded == 1);
}

TEST_CASE("a CPU runs the work every time", "[repeated_work]") {
  const auto context = Context::create({});
  Arena arena(*context);
  RepeatedWork repeated(*context, arena);
  int runs = 0;
  for (int i = 0; i < 5; ++i)
    for (const Index length : {8, 4}) repeated.run({.shape = {length}}, [&] { ++runs; });
  CHECK(runs == 10);
  CHECK(repeated.recording() == nullptr);
}
