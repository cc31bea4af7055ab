#include "electra/layers/packed_weights.h"

#include <utility>

#include "electra/core/context.h"
#include "electra/kernels/cast.h"
#include "electra/kernels/packed_linear.h"

namespace electra {

namespace {

void pack(ParameterStore& store, const Parameter& parameter, WeightFormat format) {
  Context& context = store.context();
  const Index out = parameter.padded[0], in = parameter.padded[1];
  ParameterStore::Replacement replacement;
  const auto add = [&](const Shape& shape, DType type) {
    Buffer& memory = replacement.memory.emplace_back(context, shape.size() * size_of(type));
    return memory.view(shape, type);
  };
  PackedWeight& packed = replacement.packed;
  packed = {.format = format,
            .out = out,
            .in = in,
            .words = add({packed_words(format, out, in)}, DType::i32)};
  if (format == WeightFormat::int8) {
    const Shape groups{packed_scales(format, out, in)};
    packed.scales = add(groups, DType::f32);
    packed.sums = add(groups, DType::f32);
  }
  pack_weight(parameter.master, packed);
  store.replace(parameter, std::move(replacement));
}

void round_table(ParameterStore& store, const Parameter& parameter) {
  ParameterStore::Replacement replacement;
  Buffer& memory = replacement.memory.emplace_back(store.context(),
                                                   parameter.master.size() * size_of(DType::bf16));
  replacement.value = memory.view(parameter.padded, DType::bf16);
  store.context().run(Cast{.x = parameter.master, .y = replacement.value});
  store.replace(parameter, std::move(replacement));
}

}  // namespace

void pack_weights(ParameterStore& store, WeightFormat format,
                  std::initializer_list<const Parameter*> tables) {
  for (const Parameter& parameter : store.parameters())
    if (parameter.is_linear_weight) pack(store, parameter, format);
  if (format == WeightFormat::f32) return;
  for (const Parameter* table : tables) round_table(store, *table);
}

}  // namespace electra
