#include "electra/kernels/cross_entropy.h"

#include <catch2/catch.hpp>
#include <numeric>

#include "support/kernel_case.h"

namespace electra {
namespace {

using Catch::Matchers::Contains;
using test::HostTensor;
using Correct = VocabularyCrossEntropy::Correct;

constexpr Index length = 32;

/// Everything the kernel touches; outputs start as NaN. Positions put `masked` in each example.
struct Case {
  Index rows;
  Index vocabulary;
  DType dtype;
  Index padded = vocabulary;
  Index masked = 5;
  HostTensor logits = test::random_tensor({rows, padded}, dtype, 1, 3);
  HostTensor targets = test::random_integers({rows}, static_cast<std::uint32_t>(vocabulary), 2);
  HostTensor positions{{rows}, DType::i32};
  HostTensor lengths = HostTensor({texts()}, DType::i32, full());
  HostTensor count{{1}, DType::i32, {static_cast<double>(rows)}};
  HostTensor scale{{1}, wide(dtype), {0.125}};
  HostTensor temperature{{1}, wide(dtype), {1}};
  HostTensor step{{1}, DType::i32, {7}};
  HostTensor losses{{rows}, wide(dtype)};
  HostTensor argmax{{rows}, DType::i32};
  HostTensor samples{{rows}, DType::i32};
  HostTensor dlogits{{rows, padded}, dtype};
  HostTensor non_finite{{1}, DType::i32, {0}};
  std::uint32_t first_example = 3;
  std::uint64_t seed = 11;
  Correct correct = Correct::allow;

  [[nodiscard]] Index texts() const { return rows / masked + 1; }
  [[nodiscard]] std::vector<double> full() const {
    return std::vector<double>(static_cast<std::size_t>(texts()), length);
  }
  void place() {
    for (Index i = 0; i < rows; ++i)
      positions.set(i, static_cast<double>(i / masked * length + 1 + i % masked * 2));
  }
  VocabularyCrossEntropy kernel() {
    return {.logits = logits,
            .targets = targets,
            .positions = positions,
            .rows = {texts(), length, lengths},
            .count = count,
            .scale = scale,
            .temperature = temperature,
            .losses = losses,
            .argmax = argmax,
            .samples = samples,
            .dlogits = dlogits,
            .non_finite = non_finite,
            .vocabulary = vocabulary,
            .correct = correct,
            .random = {.seed = seed,
                       .step = step.view(),
                       .first_example = first_example,
                       .site = site(Network::generator, 0, Place::sample)}};
  }
  void run(int threads = 2) { Context::create({}, {.threads = threads})->run(kernel()); }
};

Case placed(Case c) {
  c.place();
  return c;
}

/// The sample as it is defined, id by id.
template <class W>
Index defined_sample(const Case& c, Index row) {
  const Index example = static_cast<Index>(c.positions[row]) / length;
  Index ordinal = 0;
  while (row - ordinal > 0 &&
         static_cast<Index>(c.positions[row - ordinal - 1]) / length == example)
    ++ordinal;
  const Site where = site(Network::generator, static_cast<int>(ordinal), Place::sample);
  W best = -std::numeric_limits<W>::infinity();
  Index winner = -1, first = -1;
  for (Index id = 0; id < c.vocabulary; ++id) {
    if (c.correct == Correct::disallow && id == static_cast<Index>(c.targets[row])) continue;
    if (first < 0) first = id;
    const auto words = philox(c.seed, static_cast<std::uint32_t>(id / 4),
                              c.first_example + static_cast<std::uint32_t>(example), where,
                              static_cast<std::uint32_t>(c.step[0]));
    const float u = (static_cast<float>(words[static_cast<std::size_t>(id % 4)]) + 0.5F) * 0x1p-32F;
    const float g = -std::log(-std::log1p(-u));
    const W score =
        static_cast<W>(c.logits[row * c.padded + id]) / static_cast<W>(c.temperature[0]) + W{g};
    if (score > best) {
      best = score;
      winner = id;
    }
  }
  return winner >= 0 ? winner : std::max<Index>(first, 0);
}

Index differing_samples(const Case& c) {
  Index different = 0;
  for (Index row = 0; row < static_cast<Index>(c.count[0]); ++row) {
    const Index defined =
        c.dtype == DType::f64 ? defined_sample<double>(c, row) : defined_sample<float>(c, row);
    if (static_cast<Index>(c.samples[row]) != defined) ++different;
  }
  return different;
}

struct Expected {
  std::vector<double> losses, argmax, dlogits;
};

Expected expected(const Case& c) {
  Expected e;
  for (Index row = 0; row < c.rows; ++row) {
    const auto logit = [&](Index id) { return c.logits[row * c.padded + id]; };
    const bool counts = row < static_cast<Index>(c.count[0]);
    const auto target = static_cast<Index>(c.targets[row]);
    Index best = 0;
    for (Index id = 1; id < c.vocabulary; ++id)
      if (logit(id) > logit(best)) best = id;
    double sum = 0;
    for (Index id = 0; id < c.vocabulary; ++id) sum += std::exp(logit(id) - logit(best));
    e.losses.push_back(counts ? std::log(sum) + logit(best) - logit(target) : 0);
    e.argmax.push_back(counts ? static_cast<double>(best) : 0);
    for (Index id = 0; id < c.padded; ++id) {
      const double p = id < c.vocabulary ? std::exp(logit(id) - logit(best)) / sum : 0;
      e.dlogits.push_back(counts ? (p - (id == target ? 1 : 0)) * c.scale[0] : 0);
    }
  }
  return e;
}

}  // namespace

TEST_CASE("vocabulary cross-entropy agrees with its definition", "[kernel][cross_entropy]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto [rows, vocabulary, padded, count] =
      GENERATE(table<Index, Index, Index, Index>({{1, 1, 1, 1},
                                                  {1, 5, 8, 1},
                                                  {7, 509, 512, 7},
                                                  {9, 509, 509, 4},
                                                  {3, 2048, 2112, 0},
                                                  {6, 2048, 2048, 6},
                                                  {2, 2049, 2176, 1}}));
  CAPTURE(to_string(dtype), rows, vocabulary, padded, count);
  Case c = placed({.rows = rows, .vocabulary = vocabulary, .dtype = dtype, .padded = padded});
  c.count.set(0, static_cast<double>(count));
  for (Index row = 0; row < rows; ++row)
    for (Index id = vocabulary; id < padded; ++id)
      c.logits.set(row * padded + id, row % 2 == 0 ? NAN : 1e30);
  const Expected e = expected(c);
  c.run();
  CHECK(test::worst_error(c.losses, e.losses) < 2 * test::unit(wide(dtype)));
  CHECK(c.argmax.values() == e.argmax);
  CHECK(test::worst_error(c.dlogits, e.dlogits, 1e-4) < 4 * test::unit(dtype));
  CHECK(c.non_finite[0] == 0);
  CHECK(differing_samples(c) == 0);
  for (Index i = 0; i < c.dlogits.size(); ++i)
    if (i % padded >= vocabulary || i / padded >= count) REQUIRE(c.dlogits[i] == 0);
  for (Index row = count; row < rows; ++row) CHECK(c.samples[row] == 0);
}

TEST_CASE("vocabulary cross-entropy's gradient is the slope of its loss",
          "[kernel][cross_entropy]") {
  Case c = placed({.rows = 3, .vocabulary = 11, .dtype = DType::f64});
  const auto context = Context::create({}, {.threads = 1});
  const auto loss = [&] {
    context->run(c.kernel());
    return c.scale[0] * (c.losses[0] + c.losses[1] + c.losses[2]);
  };
  static_cast<void>(loss());
  const HostTensor gradient = c.dlogits;
  CHECK(test::gradient_error(gradient.view(), c.logits, loss) < 1e-9);
}

TEST_CASE("vocabulary cross-entropy writes its gradient over the logits, or none",
          "[kernel][cross_entropy]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  Case apart = placed({.rows = 12, .vocabulary = 777, .dtype = dtype, .padded = 832});
  apart.count.set(0, 10);
  Case in_place = apart;
  Case without = apart;
  apart.run();
  auto kernel = in_place.kernel();
  kernel.dlogits = in_place.logits;
  const auto context = Context::create({}, {.threads = 2});
  context->run(kernel);
  CHECK(in_place.logits == apart.dlogits);
  CHECK(in_place.samples == apart.samples);
  kernel = without.kernel();
  kernel.dlogits = {};
  context->run(kernel);
  CHECK(without.losses == apart.losses);
  CHECK(without.argmax == apart.argmax);
}

TEST_CASE("the sample is the definition's, whatever the logits", "[kernel][cross_entropy][law]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const auto vocabulary = GENERATE(Index{2}, Index{33}, Index{1500});
  const auto temperature = GENERATE(0.05, 0.7, 1.0, 3.0, 40.0);
  const auto correct = GENERATE(Correct::allow, Correct::disallow);
  CAPTURE(to_string(dtype), vocabulary, temperature);
  for (const double deviation : {0.0, 1.0, 10.0, 3000.0, 1e30}) {
    Case c = placed({.rows = 40, .vocabulary = vocabulary, .dtype = dtype});
    c.correct = correct;
    c.temperature.set(0, temperature);
    for (Index i = 0; i < c.logits.size(); ++i) {
      const double logit = c.logits[i] / 3 * deviation;
      c.logits.set(i, i % 7 == 3 && i % vocabulary > 0 ? -HUGE_VAL : logit);
    }
    for (Index id = 0; id < vocabulary; ++id) {  // rising, falling, tied
      c.logits.set(id, 0.01 * static_cast<double>(id));
      c.logits.set(vocabulary + id, -0.5 * static_cast<double>(id));
      c.logits.set(2 * vocabulary + id, static_cast<double>(id % 3) * 1e7);
    }
    c.run();
    CAPTURE(deviation);
    CHECK(differing_samples(c) == 0);
    if (correct == Correct::disallow)
      for (Index row = 0; row < c.rows; ++row) REQUIRE(c.samples[row] != c.targets[row]);
  }
}

TEST_CASE("the sample is the definition's in a vocabulary of full size",
          "[kernel][cross_entropy][law]") {
  Case c = placed({.rows = 24, .vocabulary = 30522, .dtype = DType::f32, .padded = 30528});
  c.temperature.set(0, GENERATE(1.0, 0.8));
  c.run();
  CHECK(differing_samples(c) == 0);
}

TEST_CASE("samples follow softmax(logits / temperature)", "[kernel][cross_entropy][law]") {
  const double temperature = GENERATE(0.5, 1.0, 2.0);
  const auto correct = GENERATE(Correct::allow, Correct::disallow);
  constexpr Index draws = 20000, vocabulary = 6;
  const std::vector<double> row{0.3, -1.2, 1.1, 0.0, 0.9, -0.4};
  Case c = placed({.rows = draws, .vocabulary = vocabulary, .dtype = DType::f32});
  c.correct = correct;
  c.temperature.set(0, temperature);
  c.targets.fill(2);
  for (Index i = 0; i < c.logits.size(); ++i)
    c.logits.set(i, row[static_cast<std::size_t>(i % vocabulary)]);
  c.run();
  std::vector<double> seen(vocabulary), share(vocabulary);
  for (Index i = 0; i < draws; ++i) seen[static_cast<std::size_t>(c.samples[i])] += 1;
  for (std::size_t id = 0; id < vocabulary; ++id)
    share[id] = id == 2 && correct == Correct::disallow ? 0 : std::exp(row[id] / temperature);
  const double sum = std::accumulate(share.begin(), share.end(), 0.0);
  double chi_square = 0;
  for (std::size_t id = 0; id < vocabulary; ++id) {
    const double mean = draws * share[id] / sum;
    if (mean > 0)
      chi_square += (seen[id] - mean) * (seen[id] - mean) / mean;
    else
      CHECK(seen[id] == 0);
  }
  CAPTURE(temperature, seen);
  CHECK(chi_square < 20.5);  // 5 degrees of freedom: passed by chance 99.9 times in 100
}

TEST_CASE("samples do not depend on threads, padding, or how a batch is split",
          "[kernel][cross_entropy][law]") {
  Case whole = placed({.rows = 30, .vocabulary = 300, .dtype = DType::f32});
  whole.run(1);
  Case threads = whole;
  threads.run(3);
  CHECK(threads.samples == whole.samples);
  CHECK(threads.dlogits == whole.dlogits);

  Case padded = placed({.rows = 30, .vocabulary = 300, .dtype = DType::f32, .padded = 320});
  for (Index row = 0; row < 30; ++row)
    for (Index id = 0; id < 300; ++id)
      padded.logits.set(row * 320 + id, whole.logits[row * 300 + id]);
  padded.run();
  CHECK(padded.samples == whole.samples);

  Case half = placed({.rows = 15, .vocabulary = 300, .dtype = DType::f32});
  half.first_example = whole.first_example + 3;
  for (Index i = 0; i < half.logits.size(); ++i) half.logits.set(i, whole.logits[15 * 300 + i]);
  half.run();
  for (Index row = 0; row < 15; ++row) CHECK(half.samples[row] == whole.samples[15 + row]);
}

TEST_CASE("samples change with seed, step, example and masked index",
          "[kernel][cross_entropy][law]") {
  Case first = placed({.rows = 40, .vocabulary = 300, .dtype = DType::f32});
  first.logits.fill(0);
  first.run();
  const auto equal = [&](Case c) {
    c.run();
    Index same = 0;
    for (Index row = 0; row < c.rows; ++row) same += c.samples[row] == first.samples[row] ? 1 : 0;
    return same;
  };
  Case seed = first, step = first, example = first;
  seed.seed += 1;
  step.step.set(0, 8);
  example.first_example += 100;
  CHECK(equal(first) == 40);
  CHECK(equal(seed) < 5);
  CHECK(equal(step) < 5);
  CHECK(equal(example) < 5);
  CHECK(first.samples[0] != first.samples[1]);
}

TEST_CASE("a row that is not finite gives id 0 and raises the flag", "[kernel][cross_entropy]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  const double bad = GENERATE(static_cast<double>(NAN), HUGE_VAL);
  const Index at = GENERATE(Index{0}, Index{300}, Index{599});
  Case c = placed({.rows = 3, .vocabulary = 600, .dtype = dtype});
  Case good = c;
  good.run();
  c.logits.set(600 + at, bad);
  c.run();
  CHECK(c.non_finite[0] == 1);
  CHECK(c.argmax[1] == 0);
  CHECK(c.samples[1] == 0);
  const Index width = c.dlogits.view().width();
  CHECK(std::isnan(c.dlogits[width]));  // by which the other ranks know
  CHECK_FALSE(std::isnan(c.dlogits[0]));
  CHECK(c.samples[2] == good.samples[2]);
  CHECK(c.losses[0] == good.losses[0]);
  CHECK(c.argmax[2] == good.argmax[2]);

  good.non_finite.set(0, 1);
  good.run();
  CHECK(good.non_finite[0] == 1);
}

TEST_CASE("logits of -infinity have no probability and no gradient", "[kernel][cross_entropy]") {
  const auto dtype = GENERATE(DType::f32, DType::bf16, DType::f64);
  Case c = placed({.rows = 2, .vocabulary = 9, .dtype = dtype});
  c.logits.fill(-HUGE_VAL);
  c.targets.fill(4);
  c.logits.set(4, -1e4);
  c.logits.set(9 + 4, 50);
  c.logits.set(9 + 5, 50);
  c.run();
  CHECK(c.losses[0] == 0);
  CHECK(c.samples[0] == 4);
  CHECK(c.losses[1] == Approx(std::log(2.0)));
  CHECK(c.dlogits[9 + 5] == 0.0625);
  CHECK(c.dlogits[9 + 4] == -0.0625);
  CHECK(c.dlogits[9] == 0);
  CHECK(c.non_finite[0] == 0);
}

TEST_CASE("vocabulary cross-entropy refuses what does not fit", "[kernel][cross_entropy]") {
  const auto context = Context::create({}, {.threads = 1});
  Case c = placed({.rows = 3, .vocabulary = 9, .dtype = DType::bf16});
  auto kernel = c.kernel();
  kernel.vocabulary = 10;
  CHECK_THROWS_WITH(context->run(kernel),
                    Contains("cross_entropy_test.cpp") &&
                        Contains("vocabulary_cross_entropy: expected a vocabulary of 1 to 9"));
  const HostTensor half({3}, DType::bf16);
  kernel = c.kernel();
  kernel.losses = half;
  CHECK_THROWS_WITH(context->run(kernel), Contains("losses: expected f32 [3], found bf16 [3]"));
  kernel = c.kernel();
  kernel.targets = {};
  CHECK_THROWS_AS(context->run(kernel), ShapeError);
}

}  // namespace electra
