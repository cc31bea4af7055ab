#include "electra/inspect/attribution.h"

#include <cmath>
#include <string>
#include <utility>

#include "electra/core/arena.h"
#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/hugging_face_config.h"
#include "electra/kernels/matmul.h"
#include "electra/kernels/softmax.h"
#include "electra/models/heads/class_head.h"
#include "electra/models/heads/linear_class_head.h"
#include "electra/models/heads/replaced_token_head.h"
#include "electra/models/heads/token_head.h"
#include "electra/models/text_model.h"

namespace electra {

namespace {

namespace fs = std::filesystem;

NetworkConfig without_dropout(NetworkConfig config) {
  config.dropout = config.attention_dropout = 0;
  return config;
}

StoredHead explained_head(const fs::path& directory) {
  StoredHead head = read_head(directory);
  head.config.dropout = 0;
  for (const std::string_view kind :
       {"class", "linear_class", "tagging", "question", "replaced_token"})
    if (head.kind == kind) return head;
  throw IoError((directory / "config.json").string() +
                ": architectures: expected a head of classes, numbers, tags, answers or replaced "
                "tokens, found " +
                std::string(head_kind(head.kind).architecture) +
                ", whose answers are not explained");
}

/// `use(head)` for the head that it is: each has a forward and a backward of its own.
void with_head(const Head& head, const auto& use) {
  if (const auto* two_layers = dynamic_cast<const ClassHead*>(&head)) return use(*two_layers);
  if (const auto* linear = dynamic_cast<const LinearClassHead*>(&head)) return use(*linear);
  if (const auto* tokens = dynamic_cast<const TokenHead*>(&head)) return use(*tokens);
  if (const auto* replaced = dynamic_cast<const ReplacedTokenHead*>(&head)) return use(*replaced);
  throw Error("a head without a backward");
}

}  // namespace

struct Attributor::Parts {
  Parts(const fs::path& directory, const Options& options)
      : head(explained_head(directory)),
        context(Context::create({}, {.threads = options.threads})),
        model(store, without_dropout(read_network_config(directory)), head_kind(head.kind),
              head.config),
        arena(*context),
        outputs(head.kind == "replaced_token" ? 1 : head.config.outputs),
        by_token(model.parts().kind->answers == HeadKind::Answers::every_token) {
    store.allocate(*context, options.precision);
    store.with_gradients();
    (void)load_network(directory, model.parts(), store);
  }

  [[nodiscard]] DType dtype() const { return activation_dtype(store.precision()); }

  [[nodiscard]] TensorView upload(std::span<const std::int32_t> values) {
    const TensorView view = arena.allocate({static_cast<Index>(values.size())}, DType::i32);
    to_device(*context, values, view);
    return view;
  }

  void check(std::span<const std::int32_t> ids, std::span<const std::int32_t> types) const {
    const NetworkConfig& config = model.config();
    if (ids.empty() || std::ssize(ids) > config.positions || types.size() != ids.size())
      throw InputError("expected 1 to " + std::to_string(config.positions) +
                       " tokens and a type for each, found " + std::to_string(ids.size()) +
                       " and " + std::to_string(types.size()));
    for (std::size_t i = 0; i < ids.size(); ++i)
      if (ids[i] < 0 || ids[i] >= config.vocabulary || types[i] < 0 ||
          types[i] >= NetworkConfig::types)
        throw InputError("token " + std::to_string(i) + ": expected an id below " +
                         std::to_string(config.vocabulary) + " and a type below " +
                         std::to_string(NetworkConfig::types) + ", found " +
                         std::to_string(ids[i]) + " and " + std::to_string(types[i]));
  }

  /// One text on its way through the network; of the arena's memory from its beginning on.
  struct Forward {
    Pass pass;
    ConstTensorView ids, types;
    Encoder::Saved saved = {};
    TensorView hidden = {};
  };
  [[nodiscard]] Forward forward(std::span<const std::int32_t> ids,
                                std::span<const std::int32_t> types) {
    check(ids, types);
    arena.reset();
    const auto length = static_cast<std::int32_t>(ids.size());
    Forward way{.pass = {.context = *context,
                         .arena = arena,
                         .rows = {.batch = 1, .length = length, .lengths = upload({&length, 1})},
                         .mode = Mode::training,
                         .network = Network::discriminator},
                .ids = upload(ids),
                .types = upload(types)};
    way.hidden = model.encoder().forward(way.pass, way.ids, way.types, way.saved);
    return way;
  }

  /// Without what a row is padded with.
  [[nodiscard]] std::vector<double> numbers(ConstTensorView logits) const {
    const std::vector<double> all = to_host_f64(*context, logits);
    const auto width = static_cast<std::size_t>(logits.shape().rank() > 1 ? logits.width() : 1);
    std::vector<double> kept;
    for (std::size_t row = 0; row < all.size(); row += width)
      kept.insert(kept.end(), all.begin() + static_cast<std::ptrdiff_t>(row),
                  all.begin() + static_cast<std::ptrdiff_t>(row) + outputs);
    return kept;
  }

  /// One where the score is, else zero.
  [[nodiscard]] TensorView gradient_of_score(Forward& way, ConstTensorView logits,
                                             std::span<const OutputPlace> places) const {
    const Index width = logits.shape().rank() > 1 ? logits.width() : 1;
    std::vector<float> values(static_cast<std::size_t>(logits.size()));
    for (const OutputPlace& place : places)
      values.at(static_cast<std::size_t>(place.row * width + place.column)) += 1;
    const TensorView gradient = way.pass.tensor(logits.shape(), logits.dtype());
    to_device(*context, values, gradient);
    return gradient;
  }

  /// d score / d word vector of each token, times that vector: the word table, positions and types
  /// are summed, so that the gradient of the sum is that of each.
  [[nodiscard]] std::vector<double> by_tokens(std::span<const std::int32_t> ids,
                                              ConstTensorView gradient) const {
    const std::vector<double> slopes = to_host_f64(*context, gradient);
    const TensorView table = model.tables().word().value;
    const auto width = static_cast<std::size_t>(table.width());
    std::vector<double> tokens;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::vector<double> word = to_host_f64(*context, table.slice(ids[i], 1));
      double sum = 0;
      for (std::size_t c = 0; c < width; ++c) sum += slopes[i * width + c] * word[c];
      tokens.push_back(sum);
    }
    return tokens;
  }

  /// The rows of one of queries (0) and keys (1), head by head: [heads, tokens, width of a head].
  [[nodiscard]] TensorView by_heads(Forward& way, ConstTensorView qkv, Index which) const {
    const Index heads = model.config().heads, hidden = model.config().hidden;
    const Index tokens = qkv.rows(), width = hidden / heads;
    const std::vector<double> all = to_host_f64(*context, qkv);
    std::vector<float> sorted;
    sorted.reserve(static_cast<std::size_t>(tokens * hidden));
    for (Index h = 0; h < heads; ++h)
      for (Index row = 0; row < tokens; ++row)
        for (Index c = 0; c < width; ++c)
          sorted.push_back(static_cast<float>(
              all[static_cast<std::size_t>((3 * row + which) * hidden + h * width + c)]));
    const TensorView view = way.pass.tensor({heads, tokens, width}, DType::f32);
    to_device(*context, sorted, view);
    return view;
  }

  void add_attention(Forward& way, std::vector<float>& attention) const {
    for (const EncoderBlock::Saved& block : way.saved.blocks) {
      const auto scratch = arena.scope();
      const TensorView queries = by_heads(way, block.attention.qkv, 0);
      const TensorView keys = by_heads(way, block.attention.qkv, 1);
      const Index heads = queries.shape()[0], tokens = queries.shape()[1];
      const TensorView scores = way.pass.tensor({heads, tokens, tokens}, DType::f32);
      context->run(Matmul{.a = queries, .b = keys, .c = scores, .transpose_b = Transpose::yes});
      const TensorView rows = scores.reshape({1, heads, tokens, tokens});
      context->run(
          MaskedSoftmaxForward{.x = rows,
                               .lengths = way.pass.rows.lengths,
                               .y = rows,
                               .scale = 1 / std::sqrt(static_cast<float>(queries.shape()[2]))});
      const std::vector<float> layer = to_host<float>(*context, scores);
      attention.insert(attention.end(), layer.begin(), layer.end());
    }
  }

  StoredHead head;
  std::unique_ptr<Context> context;
  ParameterStore store;
  TextModel model;
  mutable Arena arena;
  Index outputs;  // of a row
  bool by_token;
};

Attributor::Attributor(const fs::path& directory) : Attributor(directory, Options{}) {}
Attributor::Attributor(const fs::path& directory, const Options& options)
    : parts_(std::make_unique<Parts>(directory, options)) {}
Attributor::~Attributor() = default;
Attributor::Attributor(Attributor&&) noexcept = default;
Attributor& Attributor::operator=(Attributor&&) noexcept = default;

const StoredHead& Attributor::head() const { return parts_->head; }
Index Attributor::outputs() const { return parts_->outputs; }
bool Attributor::by_token() const { return parts_->by_token; }

std::vector<double> Attributor::outputs_of(std::span<const std::int32_t> ids,
                                           std::span<const std::int32_t> types) {
  Parts::Forward way = parts_->forward(ids, types);
  std::vector<double> outputs;
  with_head(parts_->model.head(), [&]<class H>(const H& head) {
    typename H::Saved saved;
    outputs = parts_->numbers(head.forward(way.pass, way.hidden, saved));
  });
  return outputs;
}

Attribution Attributor::attribute(std::span<const std::int32_t> ids,
                                  std::span<const std::int32_t> types, const Choose& choose) {
  Parts& parts = *parts_;
  Parts::Forward way = parts.forward(ids, types);
  Attribution found;
  found.layers = parts.model.config().layers;
  found.heads = parts.model.config().heads;
  parts.add_attention(way, found.attention);
  way.saved.embeddings.dsum =
      way.pass.tensor({std::ssize(ids), parts.model.tables().width()}, parts.dtype());
  with_head(parts.model.head(), [&]<class H>(const H& head) {
    typename H::Saved saved;
    const TensorView logits = head.forward(way.pass, way.hidden, saved);
    found.outputs = parts.numbers(logits);
    const std::vector<OutputPlace> places = choose(found.outputs);
    for (const OutputPlace& place : places)
      found.score +=
          found.outputs.at(static_cast<std::size_t>(place.row * parts.outputs + place.column));
    if (!std::isfinite(found.score))
      throw InputError("the model's answer is not finite: " + number_text(found.score));
    const TensorView dhidden = way.pass.tensor(way.hidden.shape(), way.hidden.dtype());
    const TensorView dlogits = parts.gradient_of_score(way, logits, places);
    if constexpr (requires { head.backward(way.pass, saved, dlogits, Into{}); })
      head.backward(way.pass, saved, dlogits, {dhidden, Write::overwrite});
    else
      head.backward(way.pass, saved, dlogits, dhidden);
    parts.model.encoder().backward(way.pass, way.saved, dhidden);
  });
  found.tokens = parts.by_tokens(ids, way.saved.embeddings.dsum);
  return found;
}

}  // namespace electra
