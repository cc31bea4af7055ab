#include "electra/models/text_model.h"

#include <string>

#include "electra/core/error.h"
#include "electra/kernels/gather.h"

namespace electra {

namespace {

NetworkParts parts_of(const NetworkConfig& config, const HeadKind& kind) {
  check(config);
  return {.config = config,
          .embeddings = {"embeddings", Network::none},
          .encoder = {"encoder", Network::discriminator},
          .head = {"head", Network::discriminator},
          .kind = &kind};
}

}  // namespace

TextModel::TextModel(ParameterStore& store, const NetworkConfig& config, const HeadKind& kind,
                     const HeadConfig& head)
    : parts_(parts_of(config, kind)),
      tables_(parts_.embeddings.scope(store, 0), config),
      encoder_(tables_, parts_.encoder.scope(store, 0), config),
      head_(kind.make(tables_, parts_.head.scope(store, encoder_.depth() + 1), config, head)) {}

TensorView TextModel::answer(Pass& outer, ConstTensorView ids, ConstTensorView types) const {
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved saved;
  return head_->answer(pass, encoder_.forward(pass, ids, types, saved));
}

TensorView TextModel::answer(Pass& outer, ConstTensorView ids, ConstTensorView types,
                             ConstTensorView chosen, ConstTensorView count) const {
  if (parts_.kind->answers != HeadKind::Answers::every_token)
    throw Error("rows are chosen of a head that answers to every token, found " +
                std::string(parts_.kind->name));
  Pass pass = outer.of(Network::discriminator);
  Encoder::Saved saved;
  const TensorView hidden = encoder_.forward(pass, ids, types, saved);
  const TensorView rows = pass.tensor({chosen.size(), hidden.width()}, hidden.dtype());
  pass.context.run(GatherRows{.x = hidden, .indices = chosen, .count = count, .y = rows});
  return head_->answer(pass, rows);
}

}  // namespace electra
