#include "electra/infer/engine.h"

#include <string>
#include <utility>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/models/text_model.h"
#include "formats/hugging_face_names.h"
#include "infer/length_batches.h"
#include "infer/worker_pool.h"

namespace electra {

namespace {

int workers_of(const Engine::Options& options) {
  check_range("threads", options.threads, from(0));
  check_range("workers", options.workers, from(0));
  return options.workers > 0 ? options.workers : usual_workers(options.device, options.threads);
}

Engine::Limit limit_of(const Engine::Options& options, const StoredTokenizer& tokenizer,
                       const NetworkConfig& config) {
  constexpr const char* positions = "the model's positions";
  if (options.positions != 0) {
    check_range("positions", options.positions, from(3).to(static_cast<double>(config.positions)));
    return {options.positions, "the option positions"};
  }
  const bool is_shorter = tokenizer.length && tokenizer.length->tokens < config.positions;
  return is_shorter ? Engine::Limit{tokenizer.length->tokens, tokenizer.length->source}
                    : Engine::Limit{config.positions, positions};
}

void check_text(std::size_t number, const std::vector<std::int32_t>& ids,
                const NetworkConfig& config, const Engine::Limit& limit) {
  const std::string text = "text " + std::to_string(number);
  if (ids.empty() || static_cast<Index>(ids.size()) > limit.tokens)
    throw InputError(text + ": expected 1 to " + std::to_string(limit.tokens) + " tokens, " +
                     limit.source + ", found " + std::to_string(ids.size()));
  for (std::size_t i = 0; i < ids.size(); ++i)
    if (ids[i] < 0 || ids[i] >= config.vocabulary)
      throw InputError(text + ", token " + std::to_string(i) + ": expected an id from 0 to " +
                       std::to_string(config.vocabulary - 1) + ", found " + std::to_string(ids[i]));
}

StoredTokenizer tokenizer_of(const std::filesystem::path& directory, const NetworkConfig& config) {
  StoredTokenizer tokenizer = load_tokenizer(directory);
  if (tokenizer.vocabulary.size() > config.vocabulary)
    throw IoError(tokenizer.vocabulary.source() +
                  ": expected at most vocab_size = " + std::to_string(config.vocabulary) +
                  " tokens, found " + std::to_string(tokenizer.vocabulary.size()));
  return tokenizer;
}

/// The file's tensor that has a value, and where it is there: "electra.…key.weight: nan at [3, 7]".
std::string to_string(const BadValue& bad, const NetworkParts& network) {
  const Shape& whole = bad.parameter->shape;
  for (const NamedPiece& piece : hugging_face_pieces(network)) {
    const Index place = bad.found.index - piece.first(whole);
    if (piece.parameter != bad.parameter->name || place < 0 || place >= piece.size(whole)) continue;
    const std::vector<Index> shape = piece.shape(whole);
    return piece.name + ": " + to_string(NonFinite{place, bad.found.value}, Shape(shape));
  }
  return to_string(bad);
}

AddedTokens added_tokens(const StoredTokenizer& tokenizer, const Engine::Options& options) {
  if (!options.match_added_tokens) return {};
  return {tokenizer.added, tokenizer.options};
}

/// Texts of one batch as the model reads them.
struct Ids {
  Ids(std::span<const std::vector<std::int32_t>> texts, const LengthBatch& of)
      : batch(static_cast<Index>(of.texts.size())), length(of.length) {
    for (const std::size_t text : of.texts) {
      lengths.push_back(static_cast<std::int32_t>(texts[text].size()));
      ids.insert(ids.end(), texts[text].begin(), texts[text].end());
      ids.resize(lengths.size() * static_cast<std::size_t>(length));  // not read: any id will do
    }
  }

  Index batch, length;
  std::vector<std::int32_t> ids, lengths;
};

}  // namespace

struct Engine::Parts {
  Parts(const std::filesystem::path& directory, const HeadKind& head, const Options& options)
      : config(read_network_config(directory)),
        tokenizer(tokenizer_of(directory, config)),
        limit(limit_of(options, tokenizer, config)),
        wordpiece(tokenizer.vocabulary, tokenizer.options, added_tokens(tokenizer, options)),
        pool(options.device, options.threads, workers_of(options)),
        model(store, config, head),
        answers(head.answers) {
    const WorkerPool::Lease first = pool.take();
    store.allocate(first->context(), Precision::f32);
    load_network(directory, model.parts(), store);
    if (const auto bad = store.first_non_finite_weight())
      throw IoError(directory.string() + ": " + to_string(*bad, model.parts()) +
                    ": nothing can be computed with such weights");
    first->context().synchronize();  // other workers' streams do not wait for this one's
  }

  NetworkConfig config;
  StoredTokenizer tokenizer;
  Limit limit;
  Wordpiece wordpiece;
  WorkerPool pool;  // outlives the store, whose memory is a worker's
  ParameterStore store;
  TextModel model;
  HeadKind::Answers answers;

  /// One batch's answers.
  [[nodiscard]] std::vector<float> answers_to(Worker& worker, const Ids& batch) const {
    Arena& arena = worker.arena();
    arena.reset();
    const auto upload = [&](const std::vector<std::int32_t>& values, const Shape& shape) {
      const TensorView view = arena.allocate(shape, DType::i32);
      to_device(worker.context(), values, view);
      return view;
    };
    const Shape shape{batch.batch * batch.length};
    Pass pass{.context = worker.context(),
              .arena = arena,
              .rows = {.batch = batch.batch,
                       .length = batch.length,
                       .lengths = upload(batch.lengths, {batch.batch})},
              .mode = Mode::inference};
    const TensorView ids = upload(batch.ids, shape);
    const TensorView types = arena.allocate(shape, DType::i32);
    worker.context().zero(types);
    return to_host_f32(worker.context(), model.answer(pass, ids, types));
  }

  void hand_over(std::span<const float> all, const LengthBatch& batch, const Ids& ids,
                 const Take& take) const {
    const bool by_token = answers == HeadKind::Answers::every_token;
    const auto stride = all.size() / batch.texts.size();
    const auto width = by_token ? stride / static_cast<std::size_t>(batch.length) : stride;
    for (std::size_t i = 0; i < batch.texts.size(); ++i) {
      const auto rows = by_token ? static_cast<std::size_t>(ids.lengths[i]) : std::size_t{1};
      take(batch.texts[i], all.subspan(i * stride, rows * width));
    }
  }
};

Engine::Engine(const std::filesystem::path& directory, const HeadKind& head, const Options& options)
    : parts_(std::make_unique<Parts>(directory, head, options)) {}
Engine::~Engine() = default;

const NetworkConfig& Engine::config() const { return parts_->config; }
const Engine::Limit& Engine::limit() const { return parts_->limit; }
const Vocabulary& Engine::vocabulary() const { return parts_->tokenizer.vocabulary; }
const Wordpiece& Engine::wordpiece() const { return parts_->wordpiece; }

void Engine::run(std::span<const std::vector<std::int32_t>> texts, const Take& take) const {
  for (std::size_t i = 0; i < texts.size(); ++i) check_text(i, texts[i], config(), limit());
  const WorkerPool::Lease worker = parts_->pool.take();
  for (const LengthBatch& batch : length_batches(texts)) {
    const Ids ids(texts, batch);
    parts_->hand_over(parts_->answers_to(*worker, ids), batch, ids, take);
  }
}

}  // namespace electra
