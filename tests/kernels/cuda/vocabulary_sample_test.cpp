#include <catch2/catch.hpp>

#include "electra/kernels/cross_entropy.h"
#include "kernels/math/gumbel.h"
#include "support/twin.h"

namespace electra {
namespace {

using test::Begin;
using test::HostTensor;
using test::Mirror;

constexpr Index rows = 10, length = 16, texts = 11;
constexpr double lowest = -HUGE_VAL;

/// Logits on which a sampler that looks at few ids might go wrong, a kind a row.
HostTensor awkward_logits(Index vocabulary, Index padded, DType dtype) {
  const HostTensor noise = test::random_tensor({rows, padded}, DType::f32, 3);
  HostTensor logits({rows, padded}, dtype);
  const auto logit = [&](Index row, Index id) -> double {
    const double x = noise[row * padded + id];
    switch (row) {
      case 0:
        return 8 * x;  // peaked
      case 1:
        return 0.1 * x;  // flat
      case 2:
        return -3;  // all equal
      case 3:
        return id == vocabulary / 2 ? 300 : x;
      case 4:
        return id % 7 == 3 ? 3 * x : lowest;
      case 5:
        return id == vocabulary - 1 ? 2 : lowest;
      case 6:
        return id % 3 == 1 ? 1e9 : x;  // whatever is added: equal scores
      case 7:
        return id % 8 == 5 ? 9 + x : 4 * x - 9;  // one in each vector
      case 8:
        return id < 40 ? 12 - 0.01 * static_cast<double>(id) : x;
      default:
        return 3 * x;
    }
  };
  for (Index row = 0; row < rows; ++row)
    for (Index id = 0; id < padded; ++id)
      logits.set(row * padded + id, id < vocabulary ? logit(row, id) : 1e4);
  return logits;
}

struct Call {
  Index vocabulary, padded;
  DType dtype;
  float temperature;
  VocabularyCrossEntropy::Correct correct;
  std::uint32_t step = 2;

  HostTensor logits = awkward_logits(vocabulary, padded, dtype);
  HostTensor targets = test::random_integers({rows}, static_cast<std::uint32_t>(vocabulary), 5);
  HostTensor lengths{{texts}, DType::i32};
  HostTensor positions{{rows}, DType::i32, {0, 3, 9, 15, 16, 17, 40, 41, 42, 160}};

  [[nodiscard]] VocabularyCrossEntropy kernel(Mirror& at, const HostTensor& one_of_each,
                                              const HostTensor& wide, const HostTensor& losses,
                                              const HostTensor& argmax, const HostTensor& samples,
                                              const TensorView& dlogits) const {
    const TensorView integers = at(one_of_each), numbers = at(wide);
    return {.logits = at(logits),
            .targets = at(targets),
            .positions = at(positions),
            .rows = {texts, length, at(lengths)},
            .count = integers.slice(0, 1),
            .scale = numbers.slice(0, 1),
            .temperature = numbers.slice(1, 1),
            .losses = at(losses),
            .argmax = at(argmax),
            .samples = at(samples),
            .dlogits = dlogits,
            .non_finite = integers.slice(2, 1),
            .vocabulary = vocabulary,
            .correct = correct,
            .random = {.seed = 77, .step = integers.slice(1, 1), .first_example = 3}};
  }

  /// The sample by the definition: every Gumbel number.
  [[nodiscard]] Index plain_sample(Index row, Index place) const {
    const Site site = at_layer({}, static_cast<int>(place));
    const auto example =
        static_cast<std::uint32_t>(3 + static_cast<Index>(positions[row]) / length);
    float best = -HUGE_VALF;
    Index sample = 0;
    const bool excludes = correct == VocabularyCrossEntropy::Correct::disallow;
    if (excludes && targets[row] == 0) sample = 1;
    for (Index id = 0; id < vocabulary; ++id) {
      if (excludes && id == static_cast<Index>(targets[row])) continue;
      const auto words = philox(77, static_cast<std::uint32_t>(id / 4), example, site, step);
      const float score = static_cast<float>(logits[row * padded + id]) / temperature +
                          math::gumbel(words[static_cast<std::size_t>(id % 4)]);
      if (score > best) best = score, sample = id;
    }
    return sample;
  }
};

/// The number of each row within its example, as the positions above have it.
constexpr Index places[rows] = {0, 1, 2, 3, 0, 1, 0, 1, 2, 0};

void check_samples(const Call& call, Begin begin) {
  const auto context = Context::create({DeviceType::cuda, 0});
  Mirror at(*context, begin);
  const HostTensor integers({3}, DType::i32, {rows, static_cast<double>(call.step), 0});
  const HostTensor numbers({2}, DType::f32, {0.25, call.temperature});
  const HostTensor losses({rows}, DType::f32), argmax({rows}, DType::i32);
  const HostTensor samples({rows}, DType::i32);
  context->run(call.kernel(at, integers, numbers, losses, argmax, samples, at(call.logits)));
  const HostTensor found = at.read(samples);
  const HostTensor top = at.read(argmax);
  const HostTensor gradient = at.read(call.logits);
  const std::vector<double> logits = call.logits.values();
  for (Index row = 0; row < rows; ++row) {
    CAPTURE(row);
    CHECK(static_cast<Index>(found[row]) == call.plain_sample(row, places[row]));
    const auto begin_of = logits.begin() + row * call.padded;
    CHECK(static_cast<Index>(top[row]) ==
          std::max_element(begin_of, begin_of + call.vocabulary) - begin_of);
    double sum = 0;
    for (Index id = 0; id < call.padded; ++id) {
      const double g = gradient[row * call.padded + id];
      if (id >= call.vocabulary)
        CHECK(g == 0);
      else
        sum += g;
    }
    CHECK(std::abs(sum) < 0.02);  // probabilities sum to 1, and the target's is lowered by 1
  }
  CHECK(at.read(integers)[2] == 0);
}

}  // namespace

TEST_CASE("a sample on a GPU is the one that all Gumbel numbers give",
          "[cuda][kernel][cross_entropy][exhaustive]") {
  using Correct = VocabularyCrossEntropy::Correct;
  // Rows on the chip and not, whole vectors and not, fewer ids than threads.
  const auto [vocabulary, padded, dtype, begin] =
      GENERATE(table<Index, Index, DType, Begin>({{30522, 30592, DType::bf16, Begin::aligned},
                                                  {9001, 9008, DType::f32, Begin::aligned},
                                                  {24578, 24584, DType::f32, Begin::aligned},
                                                  {5003, 5003, DType::bf16, Begin::aligned},
                                                  {4098, 4104, DType::f32, Begin::unaligned},
                                                  {333, 336, DType::bf16, Begin::aligned},
                                                  {64, 64, DType::bf16, Begin::aligned},
                                                  {11, 16, DType::f32, Begin::aligned}}));
  const float temperature = GENERATE(0.3F, 1.0F, 3.0F);
  const Correct correct = GENERATE(Correct::allow, Correct::disallow);
  CAPTURE(vocabulary, to_string(dtype), temperature, static_cast<int>(correct));
  const auto step = static_cast<std::uint32_t>(vocabulary + std::lround(10 * temperature)) +
                    (correct == Correct::allow ? 1000U : 2000U);
  for (const std::uint32_t more : {0U, 10U})  // other words each time
    check_samples({vocabulary, padded, dtype, temperature, correct, step + more}, begin);
}

TEST_CASE("the only id that may be sampled is, on a GPU too", "[cuda][kernel][cross_entropy]") {
  const Index vocabulary = 2, padded = 8, target = GENERATE(0, 1);
  Call call{vocabulary, padded, DType::f32, 1, VocabularyCrossEntropy::Correct::disallow};
  for (Index row = 0; row < rows; ++row) {
    call.targets.set(row, static_cast<double>(target));
    for (Index id = 0; id < vocabulary; ++id)
      call.logits.set(row * padded + id, id == target ? 50 : row < 5 ? -50 : lowest);
  }
  check_samples(call, Begin::aligned);
}

}  // namespace electra
