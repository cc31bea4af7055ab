#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/core/finite.h"
#include "electra/core/network.h"
#include "electra/core/packed_weight.h"
#include "electra/core/tensor.h"

namespace electra {

class Context;

/// How a parameter starts.
enum class Init : std::uint8_t { zeros, ones, truncated_normal, glorot_uniform };

/// Biases and layer-norm gains are not decayed, and are read from the master weights.
enum class Decay : std::uint8_t { no, yes };

/// Where a parameter belongs: parameters of one group lie together in the flat buffers. Groups are
/// laid out in the order in which a backward pass completes them: larger `order` first.
struct ParameterGroup {
  Network network = Network::none;
  int order = 0;  // embeddings 0, encoder layer i: i + 1, head: layers + 1
  Decay decay = Decay::yes;

  friend bool operator==(const ParameterGroup&, const ParameterGroup&) = default;
};

/// One named tensor of the model; its memory is a piece of the store's flat buffers.
struct Parameter {
  std::string name;  // "generator/encoder/layer_3/attention/out/weight": the checkpoint's key
  Shape shape;       // as files and users see it
  Shape padded;      // as it lies in memory; rows beyond `shape` stay zero
  Init init = Init::zeros;
  ParameterGroup group;
  bool is_linear_weight = false;  // read by a linear layer's products alone
  Index offset = 0;               // elements from the start of each flat buffer, if it is in them
  TensorView master;              // `padded`, f32; absent if it is kept in another form
  TensorView value;               // `padded`, what matrix products read: f32 or bf16
  TensorView gradient;            // `padded`, f32; absent until the store has gradients
  PackedWeight packed;            // `padded`, instead of master and value (ParameterStore::keep)
  bool in_place = false;          // its only value, `shape`, is where a file has it, if it can be
  std::shared_ptr<const void> owner;  // of the memory of such a value
};

/// A value of a parameter, or of its gradient or a moment, that is not finite.
struct BadValue {
  const Parameter* parameter = nullptr;
  NonFinite found;
};

/// "discriminator/head/score/weight: nan at [3]".
[[nodiscard]] std::string to_string(const BadValue& bad);

/// What is stored beside the f32 master weights: nothing, a bf16 copy, or f64 everywhere (gradient
/// checks on a CPU).
enum class Precision : std::uint8_t { f32, bf16, f64 };
[[nodiscard]] std::span<const std::string_view> enum_names(Precision);

/// The dtype of activations and compute weights.
[[nodiscard]] constexpr DType activation_dtype(Precision precision) {
  return precision == Precision::bf16  ? DType::bf16
         : precision == Precision::f64 ? DType::f64
                                       : DType::f32;
}

/// Owns all weights: one flat buffer each for master weights, compute copy and, for those who
/// train, gradients. Declare every parameter first, then allocate once.
class ParameterStore {
 public:
  /// A run of the flat buffers that the optimizer treats alike; multiples of 64 elements.
  struct Segment {
    ParameterGroup group;
    Index first = 0;
    Index count = 0;
  };

  /// The returned reference stays valid for the store's life. Throws Error for a name declared
  /// twice or after `allocate`.
  Parameter& declare(Parameter parameter);
  /// Packed memory that a store for inference keeps of a weight instead of an f32 master.
  struct Kept {
    PackedWeight packed{};
    std::vector<Buffer> memory;
  };
  /// Before `allocate`: this parameter gets no place in the flat buffers and has no master. Throws
  /// Error for a parameter that the store has not, and after `allocate`.
  void keep(const Parameter& parameter, Kept kept);
  /// The same of a table of which only rows are read: it has no value until `place`.
  void keep_in_place(const Parameter& parameter);
  /// The value of such a table, in memory that is `owner`'s, as long as the store lives. Different
  /// tables may be placed at once. Throws Error for another parameter.
  void place(const Parameter& parameter, TensorView value, std::shared_ptr<const void> owner);
  /// Lays out and allocates the weights, which are zero. Call `initialise` or load, then
  /// `update_values`.
  void allocate(Context& context, Precision precision);
  /// Adds gradients, which are zero, to an allocated store that has none yet; returns the store.
  /// Before that, what works on gradients throws Error.
  ParameterStore& with_gradients();
  /// Draws the first weights from the seed; a parameter's numbers depend on its name alone.
  void initialise(std::uint64_t seed, float range);
  /// Rounds the master weights into the compute copy.
  void update_values();
  void zero_gradients();

  [[nodiscard]] const std::deque<Parameter>& parameters() const { return parameters_; }
  [[nodiscard]] const Parameter* find(std::string_view name) const;
  [[nodiscard]] const std::vector<Segment>& segments() const { return segments_; }
  [[nodiscard]] Index size() const { return size_; }  // of each flat buffer, in elements
  [[nodiscard]] Index parameter_count() const;        // without padding
  [[nodiscard]] Precision precision() const { return precision_; }
  [[nodiscard]] Context& context() const { return *context_; }
  [[nodiscard]] TensorView master() const;     // [size], f32
  [[nodiscard]] TensorView values() const;     // [size], f32: the master itself; or bf16
  [[nodiscard]] TensorView gradients() const;  // [size], f32; absent without gradients
  /// This parameter's piece of a flat buffer of this store. Throws Error if it has no place there.
  [[nodiscard]] TensorView piece(const Parameter& parameter, TensorView flat) const;
  /// The first parameter, in the flat order, whose gradient has a value that is not finite; null if
  /// there is none.
  [[nodiscard]] const Parameter* first_non_finite_gradient() const;
  /// The same of the weights, and which value it is.
  [[nodiscard]] std::optional<BadValue> first_non_finite_weight() const;

 private:
  [[nodiscard]] TensorView flat(const Buffer& buffer, DType dtype) const;
  [[nodiscard]] Parameter& own(const Parameter& parameter);
  [[nodiscard]] Parameter& own_before_allocation(const Parameter& parameter);
  void expect_gradients() const;
  [[nodiscard]] std::optional<BadValue> first_non_finite(TensorView flat) const;

  Context* context_ = nullptr;
  Precision precision_ = Precision::f32;
  std::deque<Parameter> parameters_;
  std::vector<Segment> segments_;
  Index size_ = 0;
  Buffer master_, values_, gradients_;
  bool keeps_ = false;  // a weight in another form than a master
  std::vector<Buffer> kept_;
};

/// A prefix of names, and the group that parameters declared through it join.
class ParameterScope {
 public:
  ParameterScope(ParameterStore& store, std::string prefix, Network network, int order)
      : store_(&store), prefix_(std::move(prefix)), network_(network), order_(order) {}

  /// scope / "attention" declares under "<prefix>/attention".
  [[nodiscard]] ParameterScope operator/(std::string_view name) const;
  /// The same names in the group of another depth (ParameterGroup::order).
  [[nodiscard]] ParameterScope at(int order) const;

  struct Options {
    Init init = Init::truncated_normal;
    Decay decay = Decay::yes;
    std::optional<Shape> padded;    // default: the shape itself
    bool is_linear_weight = false;  // Parameter::is_linear_weight
  };
  const Parameter& declare(std::string_view name, const Shape& shape, Options options) const;
  /// Decayed, truncated normal.
  const Parameter& matrix(std::string_view name, const Shape& shape) const;
  /// Not decayed, zeros.
  const Parameter& bias(std::string_view name, Index width) const;
  /// Not decayed, ones.
  const Parameter& gain(std::string_view name, Index width) const;

  [[nodiscard]] Network network() const { return network_; }
  [[nodiscard]] int order() const { return order_; }

 private:
  ParameterStore* store_;
  std::string prefix_;
  Network network_;
  int order_;
};

}  // namespace electra
