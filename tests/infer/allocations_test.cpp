#include <catch2/catch.hpp>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <new>
#include <vector>

#include "electra/infer/detector.h"
#include "electra/models/heads.h"
#include "infer/saved_detector.h"
#include "support/temporary_folder.h"

// A sanitizer has operators of its own, by which it finds what is freed in another way.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)

TEST_CASE("an engine allocates nothing once it has seen as much before", "[allocations][law]") {
  std::cout << "skipped: a sanitizer has operators of its own\n";
}

#else

namespace {

thread_local long allocations = 0;

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  const std::size_t rounded = (bytes + alignment - 1) / alignment * alignment;
  void* data = alignment > alignof(std::max_align_t) ? std::aligned_alloc(alignment, rounded)
                                                     : std::malloc(bytes == 0 ? 1 : bytes);
  if (data == nullptr) throw std::bad_alloc();
  return data;
}

}  // namespace

// Of the whole program: what any library in it allocates is counted.
void* operator new(std::size_t bytes) { return counted(bytes, 1); }
void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* data) noexcept { std::free(data); }
void operator delete(void* data, std::size_t) noexcept { std::free(data); }
void operator delete(void* data, std::align_val_t) noexcept { std::free(data); }
void operator delete(void* data, std::size_t, std::align_val_t) noexcept { std::free(data); }

using namespace electra;
using namespace electra::test;

namespace {

long allocations_of(const std::function<void()>& call) {
  const long before = allocations;
  call();
  return allocations - before;
}

using Ids = std::vector<std::int32_t>;

std::vector<Ids> some_ids(std::size_t texts) {
  std::vector<Ids> all;
  for (std::size_t i = 0; i < texts; ++i) all.emplace_back(2 + i % 7, 5 + std::int32_t(i % 7));
  return all;
}

}  // namespace

TEST_CASE("an engine allocates nothing once it has seen as much before", "[allocations][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const InferencePrecision precision =
      GENERATE(InferencePrecision::f32, InferencePrecision::bf16, InferencePrecision::int8);
  const Engine engine(folder.path(), head_kind("replaced_token"),
                      {.threads = 1, .precision = precision});
  double sum = 0;
  std::size_t answers = 0;
  const auto add = [&](std::size_t, std::span<const float> answer) {
    ++answers;
    for (const float each : answer) sum += each;
  };
  const Engine::Take take = std::ref(add);
  const auto many = some_ids(300), few = some_ids(1);
  for (int i = 0; i < 2; ++i) engine.run(many, take);
  CHECK(allocations_of([&] { engine.run(many, take); }) == 0);
  CHECK(allocations_of([&] { engine.run(few, take); }) == 0);
  CHECK(answers == 3 * many.size() + 1);
  CHECK(sum != 0);
  const auto more = some_ids(3000);
  CHECK(allocations_of([&] { engine.run(more, take); }) > 0);  // so it is counted
}

TEST_CASE("a text costs a number of allocations that does not grow with the calls",
          "[allocations][law]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const Detector detector(folder.path(), {.device = {}, .threads = 1});
  std::size_t tokens = 0;
  const auto call = [&] { tokens += detector.detect("the unknown ship").ids.size(); };
  for (int i = 0; i < 2; ++i) call();
  const long once = allocations_of(call);
  for (int i = 0; i < 20; ++i) CHECK(allocations_of(call) == once);
  CHECK(tokens == 23 * std::size_t{6});  // [CLS] the un ##known ship [SEP]
}

#endif
