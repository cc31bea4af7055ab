#include "electra/core/context.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <stdexcept>
#include <string>

#include "core/cpu/cpu_context.h"
#include "electra/core/instruction_set.h"

namespace electra {
namespace {

/// Counts its runs, on whatever device.
struct Toy {
  static constexpr std::string_view name = "toy";
  ConstTensorView x;  // [2] f32
  int* runs = nullptr;

  void check(const Checker& checker) const { checker.tensor("x", x, {2}, DType::f32); }
  [[nodiscard]] KernelCost cost() const { return {.flops = 3, .bytes = 8}; }
};
void run_on(CpuContext&, const Toy& kernel) { ++*kernel.runs; }
[[maybe_unused]] void run_on(CudaContext&, const Toy& kernel) { ++*kernel.runs; }

/// The same without a cost.
struct Plain {
  static constexpr std::string_view name = "plain";
  void check(const Checker&) const {}
};
void run_on(CpuContext&, const Plain&) {}
[[maybe_unused]] void run_on(CudaContext&, const Plain&) {}

struct Fixture {
  std::unique_ptr<Context> context = Context::create({}, {.threads = 3});
  std::array<float, 2> values{1, 2};
  TensorView view{values.data(), {2}, DType::f32};
  int runs = 0;
};

}  // namespace

TEST_CASE("a kernel is checked before it runs, and the caller's line is named", "[context][law]") {
  Fixture f;
  f.context->run(Toy{f.view, &f.runs});
  CHECK(f.runs == 1);
  const int line = __LINE__ + 1;
  const auto wrong = [&] { f.context->run(Toy{f.view.slice(0, 1), &f.runs}); };
  CHECK_THROWS_AS(wrong(), ShapeError);
  CHECK_THROWS_WITH(wrong(), "core/context_test.cpp:" + std::to_string(line) +
                                 ": toy: x: expected f32 [2], found f32 [1]");
  CHECK(f.runs == 1);
}

TEST_CASE("an observer is told of each kernel and its work, in order, until it is taken away",
          "[context]") {
  Fixture f;
  std::vector<std::string> told;
  CHECK_FALSE(f.context->observed());
  f.context->set_observer([&](const KernelEvent& event) {
    CHECK(event.seconds >= 0);
    told.push_back(std::string(event.name) + " " + std::to_string(event.cost.flops));
  });
  CHECK(f.context->observed());
  f.context->run(Toy{f.view, &f.runs});
  f.context->run(Plain{});
  CHECK_THROWS_AS(f.context->run(Toy{{}, &f.runs}), ShapeError);  // not run, not told
  f.context->set_observer({});
  f.context->run(Plain{});
  CHECK_FALSE(f.context->observed());
  CHECK(told == std::vector<std::string>{"toy 3.000000", "plain 0.000000"});
  CHECK(f.runs == 1);
}

TEST_CASE("copies between host and device are of equal size, or refused", "[context]") {
  Fixture f;
  std::array<float, 2> other{};
  const TensorView to(other.data(), {2, 1}, DType::f32);
  f.context->copy(f.view, to);  // equal in size: shapes may differ
  CHECK(other == f.values);
  const std::array<float, 2> host{7, 8};
  f.context->upload(std::as_bytes(std::span(host)), to);
  CHECK(other == host);
  std::array<float, 2> back{};
  f.context->download(to, std::as_writable_bytes(std::span(back)));
  CHECK(back == host);
  f.context->zero(to.slice(0, 1));
  CHECK(other == std::array<float, 2>{0, 8});

  CHECK_THROWS_WITH(f.context->copy(f.view, to.slice(0, 1)),
                    "copy: expected f32 [1, 1], found f32 [2]");
  const TensorView integers(other.data(), {2}, DType::i32);
  CHECK_THROWS_WITH(f.context->copy(f.view, integers), "copy: expected i32 [2], found f32 [2]");
  CHECK_THROWS_WITH(f.context->upload(std::as_bytes(std::span(host)), to.slice(0, 1)),
                    "upload: expected 4 bytes, found 8");
  CHECK_THROWS_WITH(f.context->download(to.slice(0, 1), std::as_writable_bytes(std::span(back))),
                    "download: expected 4 bytes, found 8");
  CHECK_THROWS_AS(f.context->copy(f.view, integers), ShapeError);
}

TEST_CASE("a CPU records nothing, and does not call what it was to record", "[context]") {
  const Fixture f;
  CHECK(f.context->record([] { FAIL("called"); }) == nullptr);
  CHECK(f.context->generation() == 0);
  CHECK(f.context->platform() == "cpu, " + std::string(to_string(instruction_set())));
}

TEST_CASE("a CPU has as many threads as it was given, all if none", "[context]") {
  CHECK(CpuContext(3).threads() == 3);
  CHECK(CpuContext(0).threads() >= 1);
  CHECK_THROWS_WITH(Context::create({}, {.threads = -1}),
                    "threads: expected 0 (all) or more, found -1");
}

TEST_CASE("a parallel loop covers its range once, on no more threads than there are, or grains",
          "[context][law]") {
  for (const int threads : {1, 2, 3, 7})
    for (const Index count : {0, 1, 5, 64, 1000})
      for (const Index grain : {0, 1, 10, 2000}) {
        CpuContext context(threads);
        std::vector<int> visits(static_cast<std::size_t>(count));
        std::atomic<int> pieces = 0;
        context.parallel_for(count, grain, [&](Index begin, Index end) {
          ++pieces;
          for (Index i = begin; i < end; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        INFO(threads << " threads, " << count << " of grain " << grain);
        CHECK(std::count(visits.begin(), visits.end(), 1) == count);
        CHECK(pieces <= threads);
        CHECK((pieces <= 1 || pieces * grain < count + grain));
      }
}

TEST_CASE("what a thread throws comes out of the loop that it belongs to", "[context]") {
  CpuContext context(3);
  const auto loop = [&] {
    context.parallel_for(300, 1, [](Index begin, Index) {
      if (begin > 0) throw std::runtime_error("piece");
    });
  };
  CHECK_THROWS_WITH(loop(), "piece");
}

TEST_CASE("a workspace grows and never shrinks", "[context]") {
  CpuContext context(1);
  (void)context.workspace(1000);
  std::byte* const first = context.workspace(500).data();
  CHECK(context.workspace(500).size() == 500);
  CHECK(context.workspace(1000).data() == first);
  CHECK(context.workspace_bytes() == 1000);
  CHECK(context.workspace_of<double>(1000).size() == 1000);
  CHECK(context.workspace_bytes() == 8000);
  CHECK(reinterpret_cast<std::uintptr_t>(context.workspace(1).data()) % 64 == 0);
}

}  // namespace electra
