#include "electra/core/parameters.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <memory>
#include <numeric>
#include <tuple>

#include "core/cpu/cpu_context.h"
#include "core/first_values.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"

namespace electra {

namespace {

constexpr Index alignment = 64;  // elements: 256 bytes of f32

Index rounded(Index count) { return (count + alignment - 1) / alignment * alignment; }

/// Sorts groups as a backward pass completes them: heads first, the shared tables last.
auto layout_key(const ParameterGroup& group) {
  return std::tuple(group.network == Network::none, group.network, -group.order, group.decay);
}

/// In another form than a master.
bool is_kept(const Parameter& parameter) { return parameter.packed || parameter.in_place; }

/// Threads of the host: those of a context on it, else as many as there are.
class HostTeam {
 public:
  explicit HostTeam(Context& context)
      : own_(context.device().type == DeviceType::cpu ? nullptr : std::make_unique<CpuContext>(0)),
        team_(own_ ? *own_ : static_cast<CpuContext&>(context)) {}
  [[nodiscard]] CpuContext& get() const { return team_; }

 private:
  std::unique_ptr<CpuContext> own_;
  CpuContext& team_;
};

}  // namespace

std::span<const std::string_view> enum_names(Precision) {
  static constexpr std::array<std::string_view, 3> names{"f32", "bf16", "f64"};
  return names;
}

std::string to_string(const BadValue& bad) {
  return bad.parameter->name + ": " + to_string(bad.found, bad.parameter->padded);
}

Parameter& ParameterStore::declare(Parameter parameter) {
  if (context_ != nullptr) throw Error(parameter.name + ": declared after the store was allocated");
  if (find(parameter.name) != nullptr) throw Error(parameter.name + ": declared twice");
  if (parameter.padded.size() < parameter.shape.size() ||
      (parameter.shape.rank() > 1 && parameter.padded.width() != parameter.shape.width()))
    throw ShapeError(parameter.name + ": expected padding by rows, found " +
                     to_string(parameter.shape) + " padded to " + to_string(parameter.padded));
  return parameters_.emplace_back(std::move(parameter));
}

const Parameter* ParameterStore::find(std::string_view name) const {
  const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                  [&](const Parameter& p) { return p.name == name; });
  return found == parameters_.end() ? nullptr : &*found;
}

Parameter& ParameterStore::own(const Parameter& parameter) {
  const auto found = std::ranges::find(parameters_, parameter.name, &Parameter::name);
  if (found == parameters_.end()) throw Error(parameter.name + ": not a parameter of this store");
  return *found;
}

Parameter& ParameterStore::own_before_allocation(const Parameter& parameter) {
  if (context_ != nullptr) throw Error(parameter.name + ": kept after the store was allocated");
  Parameter& kept = own(parameter);
  keeps_ = true;
  return kept;
}

void ParameterStore::keep(const Parameter& parameter, Kept kept) {
  own_before_allocation(parameter).packed = kept.packed;
  std::ranges::move(kept.memory, std::back_inserter(kept_));
}

void ParameterStore::keep_in_place(const Parameter& parameter) {
  own_before_allocation(parameter).in_place = true;
}

void ParameterStore::place(const Parameter& parameter, TensorView value,
                           std::shared_ptr<const void> owner) {
  Parameter& placed = own(parameter);
  if (!placed.in_place) throw Error(parameter.name + ": not kept in place");
  if (value.shape() != placed.shape)
    throw ShapeError(parameter.name + ": expected " + to_string(placed.shape) + ", found " +
                     to_string(value.shape()));
  placed.value = value;
  placed.owner = std::move(owner);
}

void ParameterStore::allocate(Context& context, Precision precision) {
  if (context_ != nullptr) throw Error("the parameter store was allocated before");
  context_ = &context;
  precision_ = precision;
  std::vector<Parameter*> order;
  for (Parameter& parameter : parameters_)
    if (!is_kept(parameter)) order.push_back(&parameter);
  std::stable_sort(order.begin(), order.end(), [](const Parameter* a, const Parameter* b) {
    return layout_key(a->group) < layout_key(b->group);
  });
  for (Parameter* parameter : order) {
    if (segments_.empty() || segments_.back().group != parameter->group)
      segments_.push_back({parameter->group, size_, 0});
    parameter->offset = size_;
    size_ += rounded(parameter->padded.size());
    segments_.back().count = size_ - segments_.back().first;
  }
  const DType exact = wide(activation_dtype(precision));
  master_ = Buffer(context, size_ * size_of(exact));
  context.zero(flat(master_, exact));
  if (precision == Precision::bf16) {
    values_ = Buffer(context, size_ * size_of(DType::bf16));
    context.zero(flat(values_, DType::bf16));
  }
  for (Parameter* parameter : order) {
    parameter->master = piece(*parameter, master());
    parameter->value = piece(*parameter, values());
  }
}

ParameterStore& ParameterStore::with_gradients() {
  if (context_ == nullptr) throw Error("gradients are added to a store that is allocated");
  if (keeps_) throw Error("gradients: this store keeps weights for inference alone");
  if (gradients_.data() != nullptr) return *this;
  const DType exact = wide(activation_dtype(precision_));
  gradients_ = Buffer(context(), size_ * size_of(exact));
  zero_gradients();
  for (Parameter& parameter : parameters_) parameter.gradient = piece(parameter, gradients());
  return *this;
}

TensorView ParameterStore::flat(const Buffer& buffer, DType dtype) const {
  return buffer.view({size_}, dtype);
}
TensorView ParameterStore::master() const {
  return flat(master_, wide(activation_dtype(precision_)));
}
TensorView ParameterStore::values() const {
  return precision_ == Precision::bf16 ? flat(values_, DType::bf16) : master();
}
TensorView ParameterStore::gradients() const {
  if (gradients_.data() == nullptr) return {};
  return flat(gradients_, wide(activation_dtype(precision_)));
}
TensorView ParameterStore::piece(const Parameter& parameter, TensorView flat) const {
  if (is_kept(parameter)) throw Error(parameter.name + ": has no master weights");
  return flat.slice(parameter.offset, parameter.padded.size()).reshape(parameter.padded);
}

Index ParameterStore::parameter_count() const {
  return std::accumulate(parameters_.begin(), parameters_.end(), Index{0},
                         [](Index sum, const Parameter& p) { return sum + p.shape.size(); });
}

void ParameterStore::initialise(std::uint64_t seed, float range) {
  if (keeps_) throw Error("first weights: this store keeps weights for inference alone");
  const HostTeam team(*context_);
  for (const Parameter& parameter : parameters_) {
    const std::vector<float> values = first_values(parameter, seed, range, team.get());
    to_device(*context_, values, parameter.master);
  }
  update_values();
}

/// On the host, parameter by parameter: it happens once, before the first step.
void ParameterStore::update_values() {
  if (precision_ != Precision::bf16) return;
  for (const Parameter& parameter : parameters_)
    to_device(*context_, to_host<float>(*context_, parameter.master), parameter.value);
}

void ParameterStore::expect_gradients() const {
  if (gradients_.data() == nullptr)
    throw Error("the parameter store has no gradients: with_gradients adds them");
}

void ParameterStore::zero_gradients() {
  expect_gradients();
  context_->zero(gradients());
}

const Parameter* ParameterStore::first_non_finite_gradient() const {
  expect_gradients();
  const auto bad = first_non_finite(gradients());
  return bad ? bad->parameter : nullptr;
}

std::optional<BadValue> ParameterStore::first_non_finite_weight() const {
  return first_non_finite(master());
}

/// Parameter by parameter, in the flat order, a megabyte at a time in host memory.
std::optional<BadValue> ParameterStore::first_non_finite(TensorView flat) const {
  constexpr Index most_at_once = Index{1} << 18;  // numbers
  std::vector<std::byte> bytes;
  std::vector<const Parameter*> order;
  for (const Parameter& parameter : parameters_)
    if (!is_kept(parameter)) order.push_back(&parameter);
  std::ranges::sort(order, {}, &Parameter::offset);
  for (const Parameter* parameter : order) {
    const TensorView values = piece(*parameter, flat).reshape({parameter->padded.size()});
    for (Index first = 0; first < values.size(); first += most_at_once) {
      const TensorView some = values.slice(first, std::min(most_at_once, values.size() - first));
      bytes.resize(static_cast<std::size_t>(some.bytes()));
      context_->download(some, bytes);
      if (const auto found = electra::first_non_finite(bytes, some.dtype()))
        return BadValue{parameter, {first + found->index, found->value}};
    }
  }
  return std::nullopt;
}

ParameterScope ParameterScope::operator/(std::string_view name) const {
  return {*store_, prefix_.empty() ? std::string(name) : prefix_ + "/" + std::string(name),
          network_, order_};
}

ParameterScope ParameterScope::at(int order) const { return {*store_, prefix_, network_, order}; }

const Parameter& ParameterScope::declare(std::string_view name, const Shape& shape,
                                         Options options) const {
  return store_->declare({.name = (*this / name).prefix_,
                          .shape = shape,
                          .padded = options.padded.value_or(shape),
                          .init = options.init,
                          .group = {network_, order_, options.decay},
                          .is_linear_weight = options.is_linear_weight,
                          .offset = 0,
                          .master = {},
                          .value = {},
                          .gradient = {},
                          .packed = {},
                          .in_place = false,
                          .owner = {}});
}

const Parameter& ParameterScope::matrix(std::string_view name, const Shape& shape) const {
  return declare(name, shape, {});
}

const Parameter& ParameterScope::bias(std::string_view name, Index width) const {
  return declare(name, {width}, {.init = Init::zeros, .decay = Decay::no, .padded = {}});
}

const Parameter& ParameterScope::gain(std::string_view name, Index width) const {
  return declare(name, {width}, {.init = Init::ones, .decay = Decay::no, .padded = {}});
}

}  // namespace electra
