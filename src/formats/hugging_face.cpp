#include "electra/formats/hugging_face.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/core/host_copy.h"
#include "electra/formats/weights.h"
#include "electra/io/safetensors.h"
#include "electra/io/stored_values.h"
#include "electra/models/pair.h"
#include "formats/hugging_face_names.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

constexpr Index most_at_once = Index{1} << 18;  // numbers: a megabyte of f32

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

/// One network's weights in a directory: all of them are found and fit before one is read.
class NetworkReader {
 public:
  NetworkReader(const fs::path& directory, const NetworkParts& network, const ParameterStore& store)
      : source_(open_weights(directory)), network_(network), store_(store) {
    for (NamedPiece& piece : hugging_face_pieces(network)) find(std::move(piece));
    check_tied();
    refuse_unknown();
  }

  /// Into the store's master weights.
  void read_into(ParameterStore& store) const {
    for (const Found& found : found_) {
      const TensorView flat = parameter_of(store, found.piece.parameter).master;
      const Shape& whole = parameter_of(store, found.piece.parameter).shape;
      std::vector<float> values;
      in_shares(found.piece.size(whole), [&](Index first, Index count) {
        values.resize(static_cast<std::size_t>(count));
        source_.read_f32(*found.tensor, first, values);
        to_device(store.context(), values,
                  flat.reshape({flat.size()}).slice(found.piece.first(whole) + first, count));
      });
    }
  }

  /// The first parameter that both have and whose values differ; empty if there is none.
  [[nodiscard]] std::string first_difference(const NetworkReader& other) const {
    std::map<std::string, const StoredTensor*> theirs;
    for (const Found& found : other.found_) theirs[key(found.piece)] = found.tensor;
    for (const Found& found : found_)
      if (const auto its = theirs.find(key(found.piece));
          its != theirs.end() && !equal(*found.tensor, other.source_, *its->second))
        return found.piece.parameter;
    return {};
  }

 private:
  struct Found {
    NamedPiece piece;
    const StoredTensor* tensor = nullptr;
  };

  static std::string key(const NamedPiece& piece) {
    return piece.parameter + " " + std::to_string(piece.part);
  }

  [[noreturn]] void fail(const std::string& name, const std::string& what) const {
    throw IoError(source_.path().string() + ": " + name + ": " + what);
  }

  void expect_fit(const StoredTensor& tensor, const std::vector<Index>& shape) const {
    if (tensor.shape != shape)
      fail(tensor.name,
           "expected the shape " + shape_text(shape) + ", found " + shape_text(tensor.shape));
    if (!is_floating(tensor.dtype))
      fail(tensor.name,
           "expected F32, F16, BF16 or F64, found " + std::string(to_string(tensor.dtype)));
  }

  void find(NamedPiece piece) {
    const std::vector<Index> shape = piece.shape(parameter_of(store_, piece.parameter).shape);
    for (const std::string& name : hugging_face_spellings(piece.name))
      if (const StoredTensor* tensor = source_.find(name)) {
        expect_fit(*tensor, shape);
        used_.insert(tensor->name);
        return found_.push_back({std::move(piece), tensor});
      }
    fail(piece.name, "expected " + shape_text(shape) + ", found no such tensor");
  }

  [[nodiscard]] bool equal(const StoredTensor& own, const TensorSource& other,
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

  /// An output matrix that is the word table: a file that stores it again must store the same.
  void check_tied() {
    const std::string_view name = network_.kind->tied_to_word;
    const StoredTensor* tied = name.empty() ? nullptr : source_.find(name);
    if (tied == nullptr) return;
    for (const Found& found : found_)
      if (found.piece.parameter == network_.embeddings.prefix + "/word") {
        expect_fit(*tied, found.tensor->shape);
        if (!equal(*tied, source_, *found.tensor))
          fail(tied->name, "expected the word embeddings (tied), found other values");
      }
    used_.insert(tied->name);
  }

  void refuse_unknown() const {
    for (const StoredTensor& tensor : source_.tensors())
      if (!used_.contains(tensor.name) && !tensor.name.ends_with("position_ids"))
        fail(tensor.name,
             "this tensor is not part of an " + std::string(network_.kind->architecture));
  }

  TensorSource source_;
  const NetworkParts& network_;
  const ParameterStore& store_;
  std::vector<Found> found_;
  std::set<std::string> used_;
};

}  // namespace

void load_network(const fs::path& directory, const NetworkParts& network, ParameterStore& store) {
  NetworkReader(directory, network, store).read_into(store);
  store.update_values();
}

void load_pair(const fs::path& generator, const fs::path& discriminator, const ModelConfig& config,
               ParameterStore& store) {
  const auto parts = [&](const fs::path& directory, Network network) {
    return parts_of(config, network, read_network_config(directory).vocabulary);
  };
  const NetworkParts g_parts = parts(generator, Network::generator);
  const NetworkParts d_parts = parts(discriminator, Network::discriminator);
  const NetworkReader g(generator, g_parts, store);
  const NetworkReader d(discriminator, d_parts, store);
  if (const std::string name = g.first_difference(d); !name.empty())
    throw ConfigError(
        name + ": " + generator.string() + " and " + discriminator.string() +
        " have different values, which sharing: " +
        std::string(enum_names(config.sharing)[static_cast<std::size_t>(config.sharing)]) +
        " does not allow; set model.sharing to none (sharing: none)");
  g.read_into(store);
  d.read_into(store);
  store.update_values();
}

void save_network(const fs::path& directory, const NetworkParts& network,
                  const ParameterStore& store, std::int32_t pad) {
  make_folders(directory);
  std::map<std::string, std::vector<float>> weights;
  SafetensorsWriter writer;
  for (const NamedPiece& piece : hugging_face_pieces(network)) {
    const Parameter& parameter = parameter_of(store, piece.parameter);
    auto& values = weights[piece.parameter];
    if (values.empty()) values = to_host_f32(store.context(), parameter.master);
    const auto part =
        std::span(values).subspan(static_cast<std::size_t>(piece.first(parameter.shape)),
                                  static_cast<std::size_t>(piece.size(parameter.shape)));
    writer.add({.name = piece.name,
                .dtype = StoredType::f32,
                .shape = piece.shape(parameter.shape),
                .bytes = std::as_bytes(part)});
  }
  writer.write(directory / "model.safetensors", {{"format", "pt"}});
  write_file(directory / "config.json", network_config_json(network, pad));
}

}  // namespace electra
