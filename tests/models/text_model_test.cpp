#include "electra/models/text_model.h"

#include <catch2/catch.hpp>

#include "electra/models/pair_config.h"

using namespace electra;

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
