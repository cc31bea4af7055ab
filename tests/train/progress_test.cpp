#include "electra/train/progress.h"

#include <array>
#include <catch2/catch.hpp>

using namespace electra;
using Catch::Matchers::Contains;

namespace {

constexpr std::array<Figure, 2> figures{
    {{.key = "loss", .title = "Loss", .label = "loss", .digits = 2},
     {.key = "recall", .title = "Recall", .label = "rec", .lines = Figure::Shown::evaluation}}};

const FigureValues values(figures, {2.5, std::nullopt}, 7);

}  // namespace

TEST_CASE("a line of progress says where the run is and how fast it goes", "[progress]") {
  const Progress progress{.task = "tag",
                          .step = 50,
                          .steps = 200,
                          .epoch = 1.5,
                          .values = values,
                          .rate = 5e-4,
                          .gradient_norm = 0.25,
                          .tokens_per_second = 12345,
                          .ms = 3.25,
                          .eta_seconds = 187,
                          .memory_bytes = 2500000000};
  CHECK(progress_line(progress) ==
        "tag  50/200  25.0%  ep 1.50 | loss 2.50 | lr 5.0e-04 gn 0.25 | 12.3k tok/s | 3.2 ms | "
        "2.5 GB | eta 3m07s");
  Progress warned = progress;
  warned.skipped = 3;
  CHECK_THAT(progress_line(warned), Contains(" | 2.5 GB | skipped 3 | eta"));
}

TEST_CASE("a line of an evaluation has the figures of evaluations, too", "[progress]") {
  CHECK(evaluation_line(60, values) == "held out  step 60 | loss 2.50  rec -");
}
