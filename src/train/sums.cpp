#include "electra/train/sums.h"

#include <algorithm>
#include <cmath>

#include "electra/core/error.h"
#include "electra/core/finite.h"
#include "electra/core/host_copy.h"
#include "electra/core/range.h"
#include "electra/io/safetensors.h"
#include "electra/parallel/communicator.h"

namespace electra {

namespace {

constexpr Index unit = 64;  // elements: every piece begins at a multiple of 256 bytes or more

Index room_for(const SumPiece& piece) { return (piece.shape.size() + unit - 1) / unit * unit; }

Index room_for(std::span<const SumPiece> pieces, SumPiece::Kind kind) {
  Index size = 0;
  for (const SumPiece& piece : pieces)
    if (piece.kind == kind) size += room_for(piece);
  return size;
}

}  // namespace

std::span<const double> HostSums::of(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) throw Error("no sum is called \"" + std::string(name) + "\"");
  return found->second;
}

std::string HostSums::non_finite_text() const {
  for (const auto& [name, values] : values_)
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values[i]))
        return "the sum " + name + "[" + std::to_string(i) + "] is not finite (" +
               number_text(values[i]) + ")";
  return {};
}

Sums::Sums(Context& context, DType exact, std::span<const SumPiece> pieces) : context_(context) {
  const Index sums = room_for(pieces, SumPiece::Kind::sum);
  const Index counts = room_for(pieces, SumPiece::Kind::count);
  memory_ = Buffer(context, sums * size_of(exact) + 4 * counts);
  sums_ = memory_.view({sums}, exact);
  counts_ = memory_.view({counts}, DType::i32, sums * size_of(exact));
  Index next_sum = 0, next_count = 0;
  for (const SumPiece& piece : pieces) {
    const bool sum = piece.kind == SumPiece::Kind::sum;
    Index& next = sum ? next_sum : next_count;
    const TensorView all = sum ? sums_ : counts_;
    if (std::ranges::find(pieces_, piece.name, &Piece::name) != pieces_.end())
      throw Error("two sums are called \"" + piece.name + "\"");
    pieces_.push_back({piece.name, all.slice(next, piece.shape.size()).reshape(piece.shape)});
    next += room_for(piece);
  }
  clear();
}

TensorView Sums::of(std::string_view name) const {
  const auto found = std::ranges::find(pieces_, name, &Piece::name);
  if (found == pieces_.end()) throw Error("no sum is called \"" + std::string(name) + "\"");
  return found->view;
}

void Sums::clear() const {
  context_.zero(sums_);
  context_.zero(counts_);
}

void Sums::add_over(Communicator& ranks) const {
  ranks.all_reduce_sum(context_, sums_);
  ranks.all_reduce_sum(context_, counts_);
}

HostSums Sums::read(Communicator& ranks) const {
  add_over(ranks);
  HostSums read;
  for (const auto& [name, view] : pieces_) {
    if (view.dtype() == DType::i32) {
      const std::vector<std::int32_t> counts = to_host<std::int32_t>(context_, view);
      read.add(name, {counts.begin(), counts.end()});
    } else {
      read.add(name, to_host_f64(context_, view));
    }
  }
  return read;
}

void Sums::save(CheckpointWriter& checkpoint) const {
  std::vector<std::vector<std::byte>> values;
  SafetensorsWriter writer;
  for (const auto& [name, view] : pieces_) {
    std::vector<std::byte>& bytes =
        values.emplace_back(static_cast<std::size_t>(view.bytes()), std::byte{});
    context_.download(view, bytes);
    writer.add(name, ConstTensorView(bytes.data(), view.shape(), view.dtype()));
  }
  checkpoint.write("metrics", writer);
}

void Sums::load(const Checkpoint& checkpoint) const {
  const SafetensorsFile file = checkpoint.tensors("metrics");
  for (const auto& [name, view] : pieces_) {
    const StoredTensor& tensor = file.get(name, view.shape().extents());
    if (tensor.dtype != stored_type(view.dtype()))
      throw IoError(file.path().string() + ": " + name + ": expected " +
                    std::string(to_string(stored_type(view.dtype()))) + ", found " +
                    std::string(to_string(tensor.dtype)));
    if (view.dtype() != DType::i32)
      if (const auto bad = first_non_finite(tensor.bytes, view.dtype()))
        throw TrainingError(file.path().string() + ": the sum " + name + ": " +
                            to_string(*bad, view.shape()));
    context_.upload(tensor.bytes, view);
  }
}

}  // namespace electra
