#include "electra/train/batch.h"

#include <vector>

#include "electra/core/context.h"

namespace electra {

DeviceExamples::DeviceExamples(TensorView storage, Index count, Index length) : storage_(storage) {
  Index next = 0;
  const auto part = [&](const Shape& shape) {
    const TensorView view = storage.slice(next, shape.size()).reshape(shape);
    next += shape.size();
    return view;
  };
  ids_ = part({count, length});
  types_ = part({count, length});
  lengths_ = part({count});
  mask_counts_ = part({count});
}

void DeviceExamples::upload(Context& context, const Examples& examples) const {
  if (examples.count() != count() || examples.length != ids_.width())
    throw ShapeError("examples: expected " + to_string(ids_.shape()) + ", found " +
                     to_string(Shape{examples.count(), examples.length}));
  std::vector<std::int32_t> all;
  all.reserve(static_cast<std::size_t>(storage_.size()));
  for (const auto* values :
       {&examples.ids, &examples.types, &examples.lengths, &examples.mask_counts})
    all.insert(all.end(), values->begin(), values->end());
  context.upload(std::as_bytes(std::span(all)), storage_);
}

Batch DeviceExamples::batch(Pass& pass, Index first, Index count, Index first_of_step,
                            Index max_predictions) const {
  pass.random.first_example = static_cast<std::uint32_t>(first_of_step);
  pass.sequences = {
      .batch = count, .length = ids_.width(), .lengths = lengths_.slice(first, count)};
  return {.ids = ids_.slice(first, count),
          .types = types_.slice(first, count),
          .mask_counts = mask_counts_.slice(first, count),
          .capacity = count * max_predictions};
}

Batch upload(Pass& pass, const Examples& examples, Index max_predictions) {
  const Index count = examples.count();
  const TensorView storage =
      pass.tensor({DeviceExamples::storage_size(count, examples.length)}, DType::i32);
  const DeviceExamples all(storage, count, examples.length);
  all.upload(pass.context, examples);
  return all.batch(pass, 0, count, examples.first, max_predictions);
}

}  // namespace electra
