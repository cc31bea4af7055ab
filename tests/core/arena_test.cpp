#include "electra/core/arena.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "electra/core/context.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

void use(Arena& arena) {
  arena.reset();
  for (int i = 0; i < 50; ++i) {
    const TensorView kept = arena.allocate({1000 + i}, DType::f32);
    kept.span<float>().back() = 1;
    const auto scratch = arena.scope();
    arena.allocate({5000}, DType::f64).span<double>().back() = 1;
  }
}

}  // namespace

TEST_CASE("after the first use an arena allocates nothing and keeps its addresses",
          "[arena][law]") {
  const auto context = Context::create({});
  Arena arena(*context);
  use(arena);
  arena.reset();  // merges what was needed
  const auto allocations = arena.allocations();
  const auto generation = arena.generation();
  const void* first = arena.allocate({3}, DType::i32).raw();
  for (int i = 0; i < 3; ++i) use(arena);
  arena.reset();
  CHECK(arena.allocate({3}, DType::i32).raw() == first);
  CHECK(arena.allocations() == allocations);
  CHECK(arena.generation() == generation);
}

TEST_CASE("tensors do not overlap and are aligned; a scope gives its memory back", "[arena][law]") {
  const auto context = Context::create({});
  Arena arena(*context, 1 << 16);
  const TensorView a = arena.allocate({3}, DType::bf16);
  void* inside = nullptr;
  {
    const auto scratch = arena.scope();
    inside = arena.allocate({100}, DType::f32).raw();
  }
  const TensorView b = arena.allocate({100}, DType::f32);
  CHECK(b.raw() == inside);
  CHECK(reinterpret_cast<std::uintptr_t>(b.raw()) % 256 == 0);
  CHECK(static_cast<std::byte*>(b.raw()) >= static_cast<std::byte*>(a.raw()) + a.bytes());
  CHECK(arena.peak() >= a.bytes() + b.bytes());
}

TEST_CASE("a poisoned arena hands out NaN and notices writes past a tensor", "[arena]") {
  const auto context = Context::create({});
  Arena arena(*context, 0, Arena::Debug::poison);
  const TensorView x = arena.allocate({64}, DType::f32);
  for (const float value : x.span<float>()) CHECK(std::isnan(value));
  x.data<float>()[64] = 1;
  CHECK_THROWS_WITH(arena.reset(), Contains("wrote past the end of the tensor"));
}
