#pragma once

#include "electra/core/error.h"
#include "electra/models/heads/class_head.h"
#include "electra/models/heads/linear_class_head.h"

namespace electra {

/// Through whichever of the heads of texts a model has. `loss(logits)` is called between
/// forward and backward, and leaves the gradient in the logits where `dhidden` is there; it returns
/// what the head says.
TensorView learn_on_text(Pass& pass, const Head& head, TensorView hidden, TensorView dhidden,
                         const auto& loss) {
  const auto with = [&]<class H>(const H& own) {
    typename H::Saved saved;
    const TensorView logits = own.forward(pass, hidden, saved);
    loss(logits);
    if (dhidden) own.backward(pass, saved, logits, {dhidden, Write::overwrite});
    return logits;
  };
  if (const auto* linear = dynamic_cast<const LinearClassHead*>(&head)) return with(*linear);
  if (const auto* two_layers = dynamic_cast<const ClassHead*>(&head)) return with(*two_layers);
  throw Error(
      "a task of texts: expected a head of class or linear_class, found another, which does not "
      "learn (pooled_class, on BERT's pooler, is for inference alone)");
}

}  // namespace electra
