#include "electra/train/step_state.h"

#include <array>
#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/core/error.h"

using namespace electra;
using Catch::Matchers::Contains;

namespace {

const std::array<SumPiece, 2> pieces{
    {{"loss", SumPiece::Kind::sum, {1}}, {"count", SumPiece::Kind::count, {3}}}};

constexpr std::array names{"a", "b", "c", "d", "e", "f", "g", "h"};

struct Objects {
  explicit Objects(DType exact = DType::f32) : state(*context, exact, pieces) {}

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  StepState state;
};

/// All eight, from `first` on.
Scalars eight(double first) {
  Scalars scalars;
  for (const char* name : names) scalars.set(name, first++);
  return scalars;
}

}  // namespace

TEST_CASE("a step's state starts at 0", "[step_state]") {
  for (const DType exact : {DType::f32, DType::f64}) {
    Objects o(exact);
    const StepState& s = o.state;
    for (const TensorView& view : {s.step, s.finite, s.non_finite, s.rate, s.norm, s.clip_scale}) {
      CHECK(view.shape() == Shape{1});
      CHECK(s.read(view) == 0);
    }
    for (const TensorView& view : {s.rate, s.norm, s.clip_scale}) CHECK(view.dtype() == exact);
    CHECK(s.read_skipped().total == 0);
    CHECK(s.read_skipped().in_a_row == 0);
    CHECK(s.of_step.of("loss").dtype() == exact);
    CHECK(s.read(s.of_step.of("loss")) == 0);
    CHECK(s.read(s.running.of("count").slice(2, 1)) == 0);
  }
}

TEST_CASE("sums of a step and those since the log's last line are apart", "[step_state]") {
  Objects o;
  o.state.of_step.of("loss").span<float>()[0] = 3;
  CHECK(o.state.read(o.state.running.of("loss")) == 0);
}

TEST_CASE("scalars hold their values in the exact type", "[step_state]") {
  for (const DType exact : {DType::f32, DType::f64}) {
    Objects o(exact);
    Scalars scalars;
    scalars.set("scale", 0.1);
    scalars.set("temperature", 1e-30);
    o.state.upload(scalars);
    const TensorView scale = o.state.scalar("scale");
    CHECK(scale.shape() == Shape{1});
    CHECK(scale.dtype() == exact);
    const bool wide = exact == DType::f64;
    CHECK(o.state.read(scale) == (wide ? 0.1 : static_cast<double>(0.1F)));
    CHECK(o.state.read(o.state.scalar("temperature")) ==
          (wide ? 1e-30 : static_cast<double>(1e-30F)));
  }
}

TEST_CASE("scalars that are set again keep their places, so that a recording finds them",
          "[step_state][law]") {
  Objects o;
  Scalars scalars = eight(1);
  o.state.upload(scalars);
  std::array<const void*, names.size()> places{};
  for (std::size_t i = 0; i < names.size(); ++i) places[i] = o.state.scalar(names[i]).raw();
  scalars.set("h", 80);
  scalars.set("c", 30);  // in whatever order
  o.state.upload(scalars);
  for (std::size_t i = 0; i < names.size(); ++i) {
    CHECK(o.state.scalar(names[i]).raw() == places[i]);
    const double value = names[i][0] == 'h' ? 80 : names[i][0] == 'c' ? 30 : 1.0 + double(i);
    CHECK(o.state.read(o.state.scalar(names[i])) == value);
  }
}

TEST_CASE("eight scalars leave the rest of the state alone", "[step_state]") {
  for (const DType exact : {DType::f32, DType::f64}) {
    Objects o(exact);
    o.state.set_step(41);
    o.state.set_skipped({.total = 7, .in_a_row = 2});
    o.state.upload(eight(100));
    CHECK(o.state.read(o.state.step) == 41);
    CHECK(o.state.read_skipped().total == 7);
    CHECK(o.state.read_skipped().in_a_row == 2);
    for (const TensorView& view :
         {o.state.finite, o.state.non_finite, o.state.rate, o.state.norm, o.state.clip_scale})
      CHECK(o.state.read(view) == 0);
    for (std::size_t i = 0; i < names.size(); ++i)
      CHECK(o.state.read(o.state.scalar(names[i])) == 100 + double(i));
  }
}

TEST_CASE("a ninth scalar is refused by name, but the eighth may be set again", "[step_state]") {
  Scalars scalars = eight(1);
  CHECK_NOTHROW(scalars.set("h", 2));
  CHECK_THROWS_WITH(scalars.set("temperature", 1),
                    Contains("at most 8") && Contains("\"temperature\""));
}

TEST_CASE("a scalar that was not uploaded is named", "[step_state]") {
  Objects o;
  CHECK_THROWS_WITH(o.state.scalar("a"), Contains("\"a\""));
  o.state.upload(eight(1));
  CHECK_THROWS_WITH(o.state.scalar("temperature"), Contains("\"temperature\""));
  o.state.upload(Scalars{});  // an objective may have none
  CHECK_THROWS_AS(o.state.scalar("a"), Error);
}

TEST_CASE("what a finite step has counted joins what runs; of another it is dropped",
          "[step_state]") {
  for (const DType exact : {DType::f32, DType::f64}) {
    Objects o(exact);
    StepState& s = o.state;
    s.set_step(5);
    const auto end = [&](std::int32_t finite, std::int32_t count) {
      *s.of_step.of("count").slice(2, 1).data<std::int32_t>() = count;
      if (exact == DType::f64)
        *s.of_step.of("loss").data<double>() = count / 2.0;
      else
        *s.of_step.of("loss").data<float>() = static_cast<float>(count) / 2;
      *s.finite.data<std::int32_t>() = finite;
      *s.non_finite.data<std::int32_t>() = 1 - finite;
      s.end_step();
      CHECK(s.read(s.of_step.of("loss")) == 0);
      CHECK(s.read(s.of_step.of("count").slice(2, 1)) == 0);
      CHECK(s.read(s.non_finite) == 0);
    };
    end(1, 3);
    end(0, 100);
    end(0, 100);
    CHECK(s.read_skipped().in_a_row == 2);
    end(1, 4);
    CHECK(s.read(s.running.of("loss")) == 3.5);
    CHECK(s.read(s.running.of("count").slice(2, 1)) == 7);
    CHECK(s.read(s.step) == 9);
    CHECK(s.read_skipped().total == 2);
    CHECK(s.read_skipped().in_a_row == 0);
  }
}

TEST_CASE("a copy of the counter of skipped steps says the same as it", "[step_state]") {
  const std::array<std::int32_t, 2> counter{9, 3};
  const StepState::Skipped skipped = StepState::skipped_in(std::as_bytes(std::span(counter)));
  CHECK(skipped.total == 9);
  CHECK(skipped.in_a_row == 3);
}
