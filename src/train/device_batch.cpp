#include "electra/train/device_batch.h"

#include <algorithm>

#include "electra/core/context.h"
#include "electra/core/host_copy.h"

namespace electra {

namespace {

/// [count, each], or [count, length, width]: examples come first.
Shape shape_of(const HostBatch& batch, const Column& column) {
  if (column.per == Column::Per::token) return {batch.count(), batch.length, column.width};
  return {batch.count(), column.width};
}

/// "masks [8], labels [96]": names and numbers of values.
template <class Columns>
std::string texts_of(const Columns& columns) {
  std::string text;
  for (const auto& column : columns)
    text += (text.empty() ? "" : ", ") + column.name + " [" +
            std::to_string(static_cast<Index>(column.values.size())) + "]";
  return text.empty() ? "none" : text;
}

Index storage_size(const HostBatch& batch) {
  Index size = batch.count() * (2 * batch.length + 1);
  for (const Column& column : batch.columns) size += shape_of(batch, column).size();
  return size;
}

}  // namespace

DeviceBatch::DeviceBatch(Context& context, const HostBatch& like)
    : context_(context),
      memory_(context, 4 * storage_size(like)),
      storage_(memory_.view({storage_size(like)}, DType::i32)) {
  Index next = 0;
  const auto part = [&](const Shape& shape) {
    const TensorView view = storage_.slice(next, shape.size()).reshape(shape);
    next += shape.size();
    return view;
  };
  ids_ = part({like.count(), like.length});
  types_ = part({like.count(), like.length});
  lengths_ = part({like.count()});
  for (const Column& column : like.columns) {
    const TensorView bits = part(shape_of(like, column));
    columns_.push_back({column.name, {bits.raw(), bits.shape(), column.dtype, bits.device()}});
  }
}

void DeviceBatch::upload(const HostBatch& batch) {
  const Shape found{batch.count(), batch.length};
  const auto same = [](const NamedPart& mine, const Column& column) {
    return mine.name == column.name && mine.values.dtype() == column.dtype &&
           mine.values.size() == std::ssize(column.values);
  };
  if (found != ids_.shape())
    throw ShapeError("batch: expected " + to_string(ids_.shape()) + ", found " + to_string(found));
  if (!std::ranges::equal(columns_, batch.columns, same))
    throw ShapeError("batch: expected the columns of the first one, " + texts_of(columns_) +
                     ", found " + texts_of(batch.columns));
  std::vector<std::int32_t> all;
  all.reserve(static_cast<std::size_t>(storage_.size()));
  const auto add = [&](const std::vector<std::int32_t>& values) {
    all.insert(all.end(), values.begin(), values.end());
  };
  for (const auto* values : {&batch.ids, &batch.types, &batch.lengths}) add(*values);
  for (const Column& column : batch.columns) add(column.values);
  to_device(context_, all, storage_);
  first_ = batch.first;
}

MicroBatch DeviceBatch::micro_batch(Index first, Index count) const {
  const auto rows_of = [&](const TensorView& all) {
    const TensorView some = all.slice(first, count);
    return some.reshape({some.size()});
  };
  MicroBatch part{
      .ids = rows_of(ids_),
      .types = rows_of(types_),
      .rows = {.batch = count, .length = ids_.width(), .lengths = lengths_.slice(first, count)},
      .first = first_ + first,
      .columns = {}};
  for (const auto& [name, all] : columns_) {
    const TensorView some = all.slice(first, count);
    const Index width = all.width();
    const Index rows = some.size() / width;
    part.columns.push_back({name, some.reshape(width == 1 ? Shape{rows} : Shape{rows, width})});
  }
  return part;
}

}  // namespace electra
