#include "formats/network_reader.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <memory>
#include <span>
#include <string_view>

#include "electra/core/error.h"
#include "electra/core/finite.h"
#include "electra/core/host_copy.h"
#include "electra/io/stored_values.h"
#include "electra/kernels/packed_linear.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

constexpr Index most_at_once = Index{1} << 16;  // numbers: they stay in a near cache

/// NaN is the same as NaN here: that it is no weight is said where weights are looked through.
bool same_value(float a, float b) { return a == b || (a != a && b != b); }

const Parameter& parameter_of(const ParameterStore& store, const std::string& name) {
  const Parameter* parameter = store.find(name);
  if (parameter == nullptr) throw Error(name + ": the store has no such parameter");
  return *parameter;
}

/// Some numbers in turn: `use(first, count)` for each share of them.
void in_shares(Index count, const auto& use) {
  for (Index first = 0; first < count; first += most_at_once)
    use(first, std::min(most_at_once, count - first));
}

std::string key(const NamedPiece& piece) {
  return piece.parameter + " " + std::to_string(piece.part);
}

}  // namespace

NetworkReader::NetworkReader(const fs::path& directory, const NetworkParts& network,
                             const ParameterStore& store, HeadWeights head)
    : source_(open_weights(directory)), network_(network), store_(store) {
  taken_.directory = directory;
  if (head == HeadWeights::required && !stores_a_head()) refuse_another_head(directory);
  find_all(head);
  check_head();
  check_tied(directory);
  sort_out_the_rest(head);
}

void NetworkReader::fail(const std::string& name, const std::string& what) const {
  throw IoError(source_.path().string() + ": " + name + ": " + what);
}

Shape NetworkReader::shape_of(const Found& found) const {
  return Shape(found.piece.shape(parameter_of(store_, found.piece.parameter).shape));
}

void NetworkReader::read_share(const Found& found, const Shape& shape, Index first,
                               std::span<float> to) const {
  source_.read_f32(*found.tensor, first, to);
  auto bad = first_non_finite(std::as_bytes(to), DType::f32);
  if (!bad) return;
  bad->index += first;
  fail(found.tensor->name, to_string(*bad, shape) + ": nothing can be computed with such a weight");
}

std::vector<NetworkReader::Portion> NetworkReader::portions() const {
  std::vector<Portion> portions;
  std::map<std::string_view, std::size_t> kept;
  for (const Found& found : found_) {
    const Parameter& parameter = parameter_of(store_, found.piece.parameter);
    if (!parameter.packed && !parameter.in_place) {
      in_shares(shape_of(found).size(), [&](Index first, Index count) {
        portions.push_back({&parameter, {&found}, first, count});
      });
    } else if (const auto [own, is_new] = kept.try_emplace(parameter.name, portions.size());
               is_new) {
      portions.push_back({&parameter, {&found}});
    } else {
      portions[own->second].pieces.push_back(&found);
    }
  }
  return portions;
}

void NetworkReader::read_into(ParameterStore& store) const {
  const std::vector<Portion> all = portions();
  std::atomic<std::size_t> next = 0;
  const auto read = [&] {
    std::vector<float> scratch;
    for (std::size_t i = next++; i < all.size(); i = next++) read_portion(all[i], store, scratch);
  };
  std::future<void> beside;  // on a CPU two threads take the next portion each
  if (store.context().device().type == DeviceType::cpu) beside = std::async(read);
  read();
  if (beside.valid()) beside.get();
}

/// To where it belongs, if that is f32 in the host's memory; else by way of the scratch.
void NetworkReader::read_portion(const Portion& portion, ParameterStore& store,
                                 std::vector<float>& scratch) const {
  const Parameter& parameter = *portion.parameter;
  if (parameter.packed) return read_packed(portion, scratch);
  if (parameter.in_place) return read_in_place(portion, store, scratch);
  const Found& found = *portion.pieces.front();
  const TensorView kept = parameter.master ? parameter.master : parameter.value;
  const TensorView to =
      kept.reshape({kept.size()})
          .slice(found.piece.first(parameter.shape) + portion.first, portion.count);
  const Shape shape = shape_of(found);
  Context& context = store.context();
  if (context.device().type == DeviceType::cpu && to.dtype() == DType::f32)
    return read_share(found, shape, portion.first, to.span<float>());
  scratch.resize(static_cast<std::size_t>(portion.count));
  read_share(found, shape, portion.first, scratch);
  to_device(context, scratch, to);
}

/// As many rows at once as are packed together, whatever pieces they lie in.
void NetworkReader::read_packed(const Portion& portion, std::vector<float>& scratch) const {
  const Parameter& parameter = *portion.parameter;
  const Index width = parameter.padded.width(), rows = parameter.padded.rows();
  const Index unit = packed_row_unit();
  const Index most = std::max(most_at_once / width / unit, Index{1}) * unit;
  for (Index row = 0; row < rows; row += most) {
    const Index count = std::min(most, rows - row);
    const Index first = row * width, last = first + count * width;
    scratch.assign(static_cast<std::size_t>(last - first), 0.0F);
    for (const Found* found : portion.pieces) {
      const Shape shape = shape_of(*found);
      const Index begin = found->piece.first(parameter.shape);
      const Index from = std::max(begin, first), to = std::min(begin + shape.size(), last);
      if (from < to)
        read_share(*found, shape, from - begin,
                   std::span(scratch).subspan(static_cast<std::size_t>(from - first),
                                              static_cast<std::size_t>(to - from)));
    }
    pack_rows({scratch.data(), {count, width}, DType::f32}, parameter.packed, row);
  }
}

/// Where the file has it; if it cannot stay there, it is copied as f32.
void NetworkReader::read_in_place(const Portion& portion, ParameterStore& store,
                                  std::vector<float>& scratch) const {
  const Parameter& parameter = *portion.parameter;
  const Found& found = *portion.pieces.front();
  if (const auto place = source_.in_place(*found.tensor, parameter.shape)) {
    check_values(found, scratch);
    const ConstTensorView values = place->values;
    // Nobody writes what is kept for inference.
    return store.place(parameter, {const_cast<void*>(values.raw()), values.shape(), values.dtype()},
                       place->owner);
  }
  const auto memory =
      std::make_shared<Buffer>(store.context(), parameter.shape.size() * size_of(DType::f32));
  const TensorView values = memory->view(parameter.shape, DType::f32);
  read_share(found, parameter.shape, 0, values.span<float>());
  store.place(parameter, values, memory);
}

void NetworkReader::check_values() const {
  std::vector<float> scratch;
  for (const Found& found : found_) check_values(found, scratch);
}

void NetworkReader::check_values(const Found& found, std::vector<float>& scratch) const {
  const Shape shape = shape_of(found);
  in_shares(shape.size(), [&](Index first, Index count) {
    scratch.resize(static_cast<std::size_t>(count));
    read_share(found, shape, first, scratch);
  });
}

std::string NetworkReader::first_difference(const NetworkReader& other) const {
  std::map<std::string, const StoredTensor*> theirs;
  for (const Found& found : other.found_) theirs[key(found.piece)] = found.tensor;
  for (const Found& found : found_)
    if (const auto its = theirs.find(key(found.piece));
        its != theirs.end() && !equal(*found.tensor, other.source_, *its->second))
      return found.piece.parameter;
  return {};
}

void NetworkReader::expect_fit(const StoredTensor& tensor, const std::vector<Index>& shape) const {
  if (tensor.shape != shape)
    fail(tensor.name,
         "expected the shape " + shape_text(shape) + ", found " + shape_text(tensor.shape));
  if (!is_floating(tensor.dtype))
    fail(tensor.name,
         "expected F32, F16, BF16 or F64, found " + std::string(to_string(tensor.dtype)));
}

bool NetworkReader::stores_a_head() const {
  return network_.kind->tensors.empty() ||
         std::ranges::any_of(network_.kind->tensors, [&](const HeadTensor& tensor) {
           return std::ranges::any_of(
               hugging_face_spellings(std::string(tensor.file)),
               [&](const std::string& name) { return source_.find(name) != nullptr; });
         });
}

bool NetworkReader::is_of_another_head(const std::string& tensor) const {
  return !belongs_to_encoder(tensor) && !is_hugging_face_buffer(tensor) &&
         !is_left_out_of_bert(tensor);
}

/// Says which head a directory has, by its config.json and by its tensors, instead of ours.
void NetworkReader::refuse_another_head(const fs::path& directory) const {
  std::vector<std::string> others;
  for (const StoredTensor& tensor : source_.tensors())
    if (is_of_another_head(tensor.name)) others.push_back(tensor.name);
  const std::string named = architecture_of(directory);
  const std::string head =
      named.empty() || named == network_.kind->architecture ? "another one" : "that of " + named;
  const std::string more =
      others.size() > 1 ? " and " + std::to_string(others.size() - 1) + " more" : "";
  fail("head", "expected that of " + std::string(network_.kind->architecture) + ", found " +
                   (others.empty() ? "none: these are the weights of an encoder alone"
                                   : head + " (" + others.front() + more + ")"));
}

void NetworkReader::find_all(HeadWeights head) {
  const bool with_head =
      head == HeadWeights::required || (head == HeadWeights::if_stored && stores_a_head());
  if (!with_head) taken_.missing_head = network_.kind->architecture;
  for (NamedPiece& piece : hugging_face_pieces(network_))
    if (with_head || !piece.parameter.starts_with(network_.head.prefix + "/"))
      find(std::move(piece));
}

/// By its first spelling that is there; another one must hold the same.
void NetworkReader::find(NamedPiece piece) {
  const std::vector<Index> shape = piece.shape(parameter_of(store_, piece.parameter).shape);
  const StoredTensor* first = nullptr;
  for (const std::string& name : hugging_face_spellings(piece.name))
    if (const StoredTensor* tensor = source_.find(name)) {
      expect_fit(*tensor, shape);
      if (first == nullptr)
        first = tensor;
      else if (!equal(*tensor, source_, *first))
        fail(name, "expected the values of " + first->name + ", found others");
      used_.insert(tensor->name);
    }
  if (first == nullptr)
    fail(piece.name, "expected " + shape_text(shape) + ", found no such tensor");
  found_.push_back({std::move(piece), first});
}

/// BERT's head has the encoder's activation, ours always the erf form.
void NetworkReader::check_head() const {
  const std::string bert = "cls.predictions.transform.dense.weight";
  if (used_.contains(bert) && network_.config.activation != Gelu::erf)
    fail(bert, "expected hidden_act: gelu for this head, found the tanh form");
}

/// An output matrix that is the word table: a file that stores it again must store the same.
void NetworkReader::check_tied(const fs::path& directory) {
  if (network_.kind->tied_to_word.empty() || !taken_.missing_head.empty()) return;
  bool stored = false;
  const auto word = std::ranges::find(found_, network_.embeddings.prefix + "/word",
                                      [](const Found& found) { return found.piece.parameter; });
  for (const std::string& name : hugging_face_spellings(std::string(network_.kind->tied_to_word))) {
    const StoredTensor* tied = source_.find(name);
    if (tied == nullptr) continue;
    stored = true;
    expect_fit(*tied, word->tensor->shape);
    if (!equal(*tied, source_, *word->tensor))
      fail(tied->name, "expected the word embeddings (tied), found other values");
    used_.insert(tied->name);
  }
  if (!stored && !ties_word_embeddings(directory))
    throw IoError((directory / "config.json").string() +
                  ": tie_word_embeddings: expected true, found false, and " +
                  std::string(network_.kind->tied_to_word) + " is not stored");
}

/// What no piece of the network is.
void NetworkReader::sort_out_the_rest(HeadWeights head) {
  for (const StoredTensor& tensor : source_.tensors()) {
    if (used_.contains(tensor.name) || is_hugging_face_buffer(tensor.name)) continue;
    const bool another_head = head != HeadWeights::required && !belongs_to_encoder(tensor.name);
    if (!another_head && !is_left_out_of_bert(tensor.name))
      fail(tensor.name,
           "this tensor is not part of an " + std::string(network_.kind->architecture));
    taken_.left_out.push_back(tensor.name);
  }
}

bool NetworkReader::equal(const StoredTensor& own, const TensorSource& other,
                          const StoredTensor& its) const {
  bool same = true;
  std::vector<float> a, b;
  in_shares(own.size(), [&](Index first, Index count) {
    a.resize(static_cast<std::size_t>(count));
    b.resize(a.size());
    source_.read_f32(own, first, a);
    other.read_f32(its, first, b);
    same = same && std::ranges::equal(a, b, same_value);
  });
  return same;
}

}  // namespace electra
