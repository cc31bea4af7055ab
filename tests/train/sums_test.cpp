#include "electra/train/sums.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <filesystem>
#include <limits>
#include <numeric>

#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/parallel/communicator.h"
#include "support/temporary_folder.h"
#include "support/thread_ranks.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;
using Kind = SumPiece::Kind;

namespace {

const std::array<SumPiece, 4> pieces{{{"loss", Kind::sum, {2}},
                                      {"count", Kind::count, {7}},
                                      {"error", Kind::sum, {}},
                                      {"histogram", Kind::count, {2, 50}}}};

std::vector<double> numbers_of(ConstTensorView view) {
  std::vector<double> values;
  if (view.dtype() == DType::i32)
    for (const std::int32_t value : view.span<std::int32_t>()) values.push_back(value);
  else if (view.dtype() == DType::f64)
    for (const double value : view.span<double>()) values.push_back(value);
  else
    for (const float value : view.span<float>()) values.push_back(static_cast<double>(value));
  return values;
}

void count_from(TensorView view, int first) {
  if (view.dtype() == DType::i32)
    std::iota(view.span<std::int32_t>().begin(), view.span<std::int32_t>().end(), first);
  else if (view.dtype() == DType::f64)
    std::iota(view.span<double>().begin(), view.span<double>().end(), first);
  else
    std::iota(view.span<float>().begin(), view.span<float>().end(), static_cast<float>(first));
}

/// Each piece's numbers from a start of its own on: no two pieces have one in common.
void fill(const Sums& sums, int shift = 0) {
  for (int next = 1000 + shift; const SumPiece& piece : pieces)
    count_from(sums.of(piece.name), std::exchange(next, next + 1000));
}

std::vector<double> expected(std::size_t piece, int shift = 0) {
  std::vector<double> values(static_cast<std::size_t>(pieces[piece].shape.size()));
  std::iota(values.begin(), values.end(), 1000.0 * static_cast<double>(piece + 1) + shift);
  return values;
}

struct Objects {
  explicit Objects(DType exact = DType::f32, std::span<const SumPiece> of = pieces)
      : sums(*context, exact, of) {}

  std::unique_ptr<Context> context = Context::create({}, {.threads = 1});
  Sums sums;
};

Checkpoint saved(const Sums& sums, const TemporaryFolder& folder) {
  CheckpointWriter writer(folder.path(), 3);
  sums.save(writer);
  return Checkpoint::open(writer.commit({}, 1));
}

}  // namespace

TEST_CASE("every piece is a view of its own, at 0 at first", "[sums]") {
  for (const DType exact : {DType::f32, DType::f64}) {
    Objects o(exact);
    for (const SumPiece& piece : pieces) {
      const TensorView view = o.sums.of(piece.name);
      CHECK(view.shape() == piece.shape);
      CHECK(view.dtype() == (piece.kind == Kind::sum ? exact : DType::i32));
      for (const double value : numbers_of(view)) CHECK(value == 0);
    }
    fill(o.sums);
    for (std::size_t i = 0; i < pieces.size(); ++i)
      CHECK(numbers_of(o.sums.of(pieces[i].name)) == expected(i));
  }
}

TEST_CASE("all of a kind are one tensor that holds its pieces and zeros", "[sums]") {
  Objects o;
  fill(o.sums);
  const auto total = [](ConstTensorView view) {
    const std::vector<double> values = numbers_of(view);
    return std::accumulate(values.begin(), values.end(), 0.0);
  };
  CHECK(total(o.sums.sums()) == total(o.sums.of("loss")) + total(o.sums.of("error")));
  CHECK(total(o.sums.counts()) == total(o.sums.of("count")) + total(o.sums.of("histogram")));
  o.sums.clear();
  CHECK(total(o.sums.sums()) == 0);
  CHECK(total(o.sums.counts()) == 0);
  for (const SumPiece& piece : pieces)
    for (const double value : numbers_of(o.sums.of(piece.name))) CHECK(value == 0);
}

TEST_CASE("one kind alone, or nothing, can be summed too", "[sums]") {
  const auto alone = Communicator::single_process();
  Objects losses(DType::f32, std::span(pieces).first(1));
  losses.sums.of("loss").span<float>()[1] = 3;
  losses.sums.add_over(*alone);
  CHECK(std::ranges::equal(losses.sums.read(*alone).of("loss"), std::array{0.0, 3.0}));
  losses.sums.clear();
  CHECK(losses.sums.of("loss").span<float>()[1] == 0);
  const Objects none(DType::f32, {});
  none.sums.clear();
  CHECK_NOTHROW(none.sums.read(*alone));
}

TEST_CASE("a sum that there is not is named", "[sums]") {
  Objects o;
  const auto alone = Communicator::single_process();
  CHECK_THROWS_WITH(o.sums.of("losses"), Contains("\"losses\""));
  CHECK_THROWS_WITH(o.sums.read(*alone).of("losses"), Contains("\"losses\""));
}

TEST_CASE("what is read is the sum over ranks, on every rank", "[sums][threads]") {
  std::array<HostSums, 2> read;
  const auto messages = test::on_threads(2, [&](Communicator& ranks, Context& context) {
    Sums sums(context, DType::f32, pieces);
    fill(sums, ranks.rank());
    read[static_cast<std::size_t>(ranks.rank())] = sums.read(ranks);
  });
  for (const std::string& message : messages) CHECK(message.empty());
  for (const HostSums& sums : read)
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      const auto values = sums.of(pieces[i].name);
      const std::vector<double> first = expected(i), second = expected(i, 1);
      REQUIRE(values.size() == first.size());
      for (std::size_t at = 0; at < values.size(); ++at)
        CHECK(values[at] == first[at] + second[at]);
    }
}

TEST_CASE("sums come back from a checkpoint, whose file is called metrics", "[sums][checkpoint]") {
  for (const DType exact : {DType::f32, DType::f64}) {
    const TemporaryFolder folder;
    Objects from(exact), to(exact);
    fill(from.sums);
    fill(to.sums, 500);
    const Checkpoint checkpoint = saved(from.sums, folder);
    CHECK(std::filesystem::exists(checkpoint.path() / "metrics.safetensors"));
    to.sums.load(checkpoint);
    for (std::size_t i = 0; i < pieces.size(); ++i)
      CHECK(numbers_of(to.sums.of(pieces[i].name)) == expected(i));
  }
}

TEST_CASE("sums of another objective are refused by name", "[sums][checkpoint]") {
  const TemporaryFolder folder;
  Objects from;
  const Checkpoint checkpoint = saved(from.sums, folder);
  const auto message = [&](DType exact, std::span<const SumPiece> of) {
    Objects to(exact, of);
    return message_of<IoError>([&] { to.sums.load(checkpoint); });
  };
  std::array<SumPiece, 4> other = pieces;
  other[3].shape = {2, 64};
  CHECK_THAT(message(DType::f32, other), Contains("metrics.safetensors") && Contains("histogram") &&
                                             Contains("expected the shape [2, 64], found [2, 50]"));
  other = pieces;
  other[0].name = "losses";
  CHECK_THAT(message(DType::f32, other),
             Contains("metrics.safetensors") && Contains("\"losses\": missing"));
  CHECK_THAT(message(DType::f64, pieces),
             Contains("metrics.safetensors: loss: expected F64, found F32"));
}

TEST_CASE("a sum that is not finite is named with its place", "[sums]") {
  const auto alone = Communicator::single_process();
  Objects o;
  fill(o.sums);
  CHECK(o.sums.read(*alone).non_finite_text().empty());
  o.sums.of("loss").span<float>()[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK(o.sums.read(*alone).non_finite_text() == "the sum loss[1] is not finite (nan)");
}

TEST_CASE("sums of a checkpoint that are not finite are refused by name", "[sums][checkpoint]") {
  const TemporaryFolder folder;
  Objects from, to;
  fill(from.sums);
  from.sums.of("loss").span<float>()[1] = std::numeric_limits<float>::infinity();
  const Checkpoint checkpoint = saved(from.sums, folder);
  CHECK_THAT(message_of<TrainingError>([&] { to.sums.load(checkpoint); }),
             Contains("metrics.safetensors: the sum loss: inf at [1]"));
}
