#include "electra/models/text_model.h"

#include <catch2/catch.hpp>

#include "electra/core/context.h"
#include "electra/models/pair_config.h"
#include "support/gradient_check.h"

using namespace electra;
using namespace electra::test;

namespace {

constexpr Index bert_vocabulary = 30522;

Index parameters_of(const char* preset) {
  ParameterStore store;
  const TextModel model(store,
                        network_of(model_preset(preset), Network::discriminator, bert_vocabulary),
                        head_kind("replaced_token"));
  return store.parameter_count();
}

}  // namespace

TEST_CASE("a discriminator by itself has as many parameters as the released ones", "[models]") {
  CHECK(parameters_of("small") == 13'549'057);
  CHECK(parameters_of("base") == 109'483'009);
}

TEST_CASE("a model answers the same in inference and, without dropout, in training",
          "[models][law]") {
  const NetworkConfig config{.vocabulary = 11,
                             .embedding = 6,
                             .hidden = 8,
                             .layers = 2,
                             .heads = 2,
                             .intermediate = 10,
                             .positions = 6,
                             .dropout = 0,
                             .attention_dropout = 0};
  const auto context = Context::create({}, {.threads = 1});
  const auto head = GENERATE(as<std::string>{}, "masked_token", "replaced_token");
  CAPTURE(head);
  ParameterStore store;
  const TextModel model(store, config, head_kind(head));
  store.allocate(*context, Precision::f64);
  store.initialise(5, 0.5F);
  const HostTensor ids = random_integers({10}, 11, 5);
  const HostTensor types = random_integers({10}, 2, 6);
  const HostTensor lengths({2}, DType::i32, {5, 3});
  Arena arena(*context, 0, Arena::Debug::poison);
  const auto answer = [&](Mode mode) {
    arena.reset();
    Pass pass{.context = *context,
              .arena = arena,
              .rows = {.batch = 2, .length = 5, .lengths = lengths},
              .mode = mode};
    return values(model.answer(pass, ids, types));
  };
  const std::vector<double> inferred = answer(Mode::inference);
  CHECK(inferred.size() == (head == "masked_token" ? 10 * 64 : 10));
  CHECK(inferred == answer(Mode::training));
}
