#include "electra/layers/packed_weights.h"

#include <utility>

#include "electra/core/context.h"
#include "electra/kernels/packed_linear.h"

namespace electra {

namespace {

constexpr Index alignment = 256;  // bytes, of what is packed

Index rounded(Index bytes) { return (bytes + alignment - 1) / alignment * alignment; }

/// Memory for all packed weights in one piece, so that its pages can be large ones: cut into views.
class Block {
 public:
  explicit Block(const Buffer& buffer) : all_(buffer.view({buffer.bytes() / 4}, DType::i32)) {}

  /// Numbers of four bytes.
  [[nodiscard]] TensorView add(Index count, DType type) {
    const TensorView view = all_.slice(used_, count);
    used_ += rounded(count * size_of(type)) / size_of(type);
    return {view.raw(), view.shape(), type, view.device()};
  }

 private:
  TensorView all_;
  Index used_ = 0;
};

Index packed_bytes(const Parameter& parameter, WeightFormat format) {
  const Index out = parameter.padded[0], in = parameter.padded[1];
  return rounded(packed_words(format, out, in) * size_of(DType::i32)) +
         2 * rounded(packed_scales(format, out, in) * size_of(DType::f32));
}

PackedWeight room_for(const Parameter& parameter, WeightFormat format, Block& block) {
  const Index out = parameter.padded[0], in = parameter.padded[1];
  PackedWeight packed{.format = format,
                      .out = out,
                      .in = in,
                      .words = block.add(packed_words(format, out, in), DType::i32)};
  if (format == WeightFormat::int8) {
    packed.scales = block.add(packed_scales(format, out, in), DType::f32);
    packed.sums = block.add(packed_scales(format, out, in), DType::f32);
  }
  return packed;
}

}  // namespace

void keep_packed(ParameterStore& store, Context& context, WeightFormat format,
                 std::initializer_list<const Parameter*> tables) {
  Index bytes = 0;
  for (const Parameter& parameter : store.parameters())
    if (parameter.is_linear_weight) bytes += packed_bytes(parameter, format);
  ParameterStore::Kept kept;
  Block block(kept.memory.emplace_back(context, bytes));  // goes with the first
  for (const Parameter& parameter : store.parameters()) {
    if (!parameter.is_linear_weight) continue;
    kept.packed = room_for(parameter, format, block);
    store.keep(parameter, std::exchange(kept, {}));
  }
  for (const Parameter* table : tables) store.keep_in_place(*table);
}

}  // namespace electra
