#include "electra/train/batch.h"

#include "electra/core/context.h"

namespace electra {

Batch upload(Pass& pass, const Examples& examples, Index max_predictions) {
  const Index count = examples.count();
  const auto send = [&](const std::vector<std::int32_t>& values, const Shape& shape) {
    const TensorView view = pass.tensor(shape, DType::i32);
    pass.context.upload(std::as_bytes(std::span(values)), view);
    return view;
  };
  const Shape text{count, examples.length};
  pass.random.first_example = static_cast<std::uint32_t>(examples.first);
  pass.sequences = {
      .batch = count, .length = examples.length, .lengths = send(examples.lengths, {count})};
  return {.ids = send(examples.ids, text),
          .types = send(examples.types, text),
          .mask_counts = send(examples.mask_counts, {count}),
          .capacity = count * max_predictions};
}

}  // namespace electra
