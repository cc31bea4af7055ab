#include "electra/infer/engine.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <utility>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/core/mapped_file.h"
#include "electra/core/range.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/kernels/packed_linear.h"
#include "electra/layers/packed_weights.h"
#include "electra/models/text_model.h"
#include "infer/worker_pool.h"

namespace electra {

namespace {

int workers_of(const Engine::Options& options) {
  check_range("threads", options.threads, from(0));
  check_range("workers", options.workers, from(0));
  return options.workers > 0 ? options.workers : usual_workers(options.device, options.threads);
}

WeightFormat weight_format(InferencePrecision precision) {
  switch (precision) {
    case InferencePrecision::bf16:
      return WeightFormat::bf16;
    case InferencePrecision::int8:
      return WeightFormat::int8;
    default:
      return WeightFormat::f32;
  }
}

/// int8 is there to be fast: without a unit for it f32 is faster.
InferencePrecision precision_of(const Engine::Options& options) {
  const bool has_unit = options.device.type == DeviceType::cpu && has_unit_for(WeightFormat::int8);
  return options.precision == InferencePrecision::int8 && !has_unit ? InferencePrecision::f32
                                                                    : options.precision;
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

/// `what`: "an id" or "a type".
void check_below(std::span<const std::int32_t> values, Index end, const std::string& text,
                 const char* what) {
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] < 0 || values[i] >= end)
      throw InputError(text + ", token " + std::to_string(i) + ": expected " + what +
                       " from 0 to " + std::to_string(end - 1) + ", found " +
                       std::to_string(values[i]));
}

void check_text(std::size_t number, const Engine::Sequence& text, const NetworkConfig& config,
                const Engine::Limit& limit) {
  const std::string name = "text " + std::to_string(number);
  const auto tokens = std::to_string(text.ids.size());
  if (text.ids.empty() || std::ssize(text.ids) > limit.tokens)
    throw InputError(name + ": expected 1 to " + std::to_string(limit.tokens) + " tokens, " +
                     limit.source + ", found " + tokens);
  if (!text.types.empty() && text.types.size() != text.ids.size())
    throw InputError(name + ": expected a type for each of " + tokens + " tokens, found " +
                     std::to_string(text.types.size()));
  check_below(text.ids, config.vocabulary, name, "an id");
  check_below(text.types, config.types, name, "a type");
  for (const std::int32_t row : text.rows)
    if (row < 0 || row >= std::ssize(text.ids))
      throw InputError(name + ": expected rows from 0 to " + std::to_string(text.ids.size() - 1) +
                       ", its tokens, found " + std::to_string(row));
}

AddedTokens added_tokens(const StoredTokenizer& tokenizer, const Engine::Options& options) {
  if (!options.match_added_tokens) return {};
  return {tokenizer.added, tokenizer.options};
}

/// The first `outputs` numbers of each row, in `to`, where the rows may be already; all, where they
/// are, if a row has no more or `outputs` is 0.
std::span<const float> trimmed(std::span<const float> values, Index rows, Index outputs,
                               std::vector<float>& to) {
  const auto width = static_cast<Index>(values.size()) / rows;
  if (outputs == 0 || outputs >= width) return values;
  const auto count = static_cast<std::size_t>(rows * outputs);
  if (to.size() < count) to.resize(count);
  for (Index row = 0; row < rows; ++row)
    std::copy_n(values.begin() + row * width, outputs, to.begin() + row * outputs);
  return std::span(to).first(count);
}

}  // namespace

/// How a model's directory says that texts become ids.
struct Engine::Reading {
  Reading(const std::filesystem::path& directory, const NetworkConfig& config,
          const Options& options)
      : tokenizer(load_tokenizer(directory, config.vocabulary)),
        limit(limit_of(options, tokenizer, config)),
        wordpiece(tokenizer.vocabulary, tokenizer.options, added_tokens(tokenizer, options)) {}

  StoredTokenizer tokenizer;
  Limit limit;
  Wordpiece wordpiece;
};

struct Engine::Parts {
  /// The tokenizer's files are read beside the weights, which two threads read.
  Parts(const std::filesystem::path& directory, const HeadKind& head, const Options& options)
      : config(read_network_config(directory)),
        opened_reading(
            std::async([&] { return std::make_unique<Reading>(directory, config, options); })),
        pool(options.device, options.threads, workers_of(options)),
        model(store, config, head, options.head),
        answers(head.answers),
        outputs(options.head.outputs),
        asked_precision(options.precision),
        precision(precision_of(options)) {
    const WorkerPool::Lease first = pool.take();
    const bool on_cpu = options.device.type == DeviceType::cpu;
    const bool rounded = !on_cpu && precision == InferencePrecision::bf16;
    if (on_cpu) keep_packed(first->context(), head);
    store.allocate(first->context(), rounded ? Precision::bf16 : Precision::f32);
    load_network(directory, model.parts(), store,
                 head.tensors.empty() ? HeadWeights::left_out : HeadWeights::required);
    first->context().synchronize();  // other workers' streams do not wait for this one's
    reading = opened_reading.get();
  }

  NetworkConfig config;
  std::future<std::unique_ptr<Reading>> opened_reading;
  std::unique_ptr<Reading> reading;
  WorkerPool pool;  // outlives the store, whose memory is a worker's
  ParameterStore store;
  TextModel model;
  HeadKind::Answers answers;
  Index outputs;  // of a row of answers; 0: all
  InferencePrecision asked_precision, precision;
  std::atomic<std::int64_t> calls = 0;

  /// The word table is copied if the head multiplies with it.
  void keep_packed(Context& context, const HeadKind& head) {
    const WeightFormat format = weight_format(precision);
    if (head.tied_to_word.empty())
      electra::keep_packed(store, context, format, {&model.tables().word()});
    else
      electra::keep_packed(store, context, format, {});
  }

  void find_word_table() const {
    const Parameter& word = model.tables().word();
    if (word.in_place)
      have_at_hand({static_cast<const std::byte*>(word.value.raw()),
                    static_cast<std::size_t>(word.value.bytes())});
  }

  [[nodiscard]] bool by_token() const { return answers == HeadKind::Answers::every_token; }

  /// The answers to the texts in the worker's memory, behind each other.
  [[nodiscard]] std::span<const float> answers_to_texts(Worker& worker) const {
    const PackedTexts& texts = worker.memory().texts;
    Arena& arena = worker.arena();
    arena.reset();
    const auto upload = [&](const std::vector<std::int32_t>& values) {
      const TensorView view = arena.allocate({static_cast<Index>(values.size())}, DType::i32);
      to_device(worker.context(), values, view);
      return view;
    };
    Pass pass{.context = worker.context(),
              .arena = arena,
              .rows = {.batch = texts.batch,
                       .length = texts.length,
                       .lengths = upload(texts.lengths),
                       .starts = upload(texts.starts),
                       .texts = upload(texts.text_of_row)},
              .mode = Mode::inference};
    const TensorView ids = upload(texts.ids), types = upload(texts.types);
    const TensorView found = texts.chooses ? model.answer(pass, ids, types, upload(texts.chosen),
                                                          upload(texts.chosen_count))
                                           : model.answer(pass, ids, types);
    return trimmed(on_host(worker, found), by_token() ? std::ssize(texts.chosen) : texts.batch,
                   outputs, worker.memory().answers);
  }

  /// Where they are, if that is f32 in the host's memory; else copied there.
  [[nodiscard]] static std::span<const float> on_host(Worker& worker, ConstTensorView values) {
    if (values.device().type == DeviceType::cpu && values.dtype() == DType::f32)
      return values.span<float>();
    return worker.memory().answers = to_host_f32(worker.context(), values);
  }

  void hand_over(std::span<const float> all, const TokenBatch& batch, const PackedTexts& texts,
                 const Take& take) const {
    const auto width = all.size() / (by_token() ? texts.chosen.size() : batch.texts.size());
    for (std::size_t i = 0; i < batch.texts.size(); ++i) {
      const auto first = by_token() ? texts.first_chosen[i] : i;
      const auto rows = by_token() ? texts.first_chosen[i + 1] - first : std::size_t{1};
      take(batch.texts[i], all.subspan(first * width, rows * width));
    }
  }

  /// `text_at(number)`: a Sequence.
  void run(std::size_t count, const auto& text_at, const Take& take) {
    for (std::size_t i = 0; i < count; ++i) {
      check_text(i, text_at(i), config, reading->limit);
      if (!by_token() && !text_at(i).rows.empty())
        throw InputError("text " + std::to_string(i) +
                         ": expected no rows, as this head answers to whole texts");
    }
    // Not before the first answer, which somebody waits for.
    if (calls++ == 1) find_word_table();
    const WorkerPool::Lease worker = pool.take();
    BatchMemory& memory = worker->memory();
    memory.lengths.clear();
    for (std::size_t i = 0; i < count; ++i) memory.lengths.push_back(std::ssize(text_at(i).ids));
    for (const TokenBatch& batch : memory.batches.of(memory.lengths)) {
      memory.texts.fill(batch, text_at);
      hand_over(answers_to_texts(*worker), batch, memory.texts, take);
    }
  }
};

Engine::Engine(const std::filesystem::path& directory, const HeadKind& head, const Options& options)
    : parts_(std::make_unique<Parts>(directory, head, options)) {}
Engine::~Engine() = default;

const NetworkConfig& Engine::config() const { return parts_->config; }
InferencePrecision Engine::precision() const { return parts_->precision; }
std::string Engine::precision_remark() const {
  if (parts_->precision == parts_->asked_precision) return {};
  const bool on_cpu = parts_->store.context().device().type == DeviceType::cpu;
  return std::string("int8: ") +
         (on_cpu
              ? "this processor, or this build of libelectra, has no unit for it (AVX-512 VNNI); "
                "f32 is faster and is computed in"
              : "it is computed on a CPU alone; here f32 is");
}
Index Engine::weight_bytes() const {
  Index bytes = 0;
  const auto add = [&](const TensorView& view) { bytes += view ? view.bytes() : 0; };
  for (const Parameter& parameter : parts_->store.parameters()) {
    add(parameter.value);
    add(parameter.packed.words);
    add(parameter.packed.scales);
    add(parameter.packed.sums);
  }
  return bytes;
}
const Engine::Limit& Engine::limit() const { return parts_->reading->limit; }
const Vocabulary& Engine::vocabulary() const { return parts_->reading->tokenizer.vocabulary; }
const Wordpiece& Engine::wordpiece() const { return parts_->reading->wordpiece; }

void Engine::run(std::span<const Sequence> texts, const Take& take) const {
  parts_->run(
      texts.size(), [&](std::size_t i) { return texts[i]; }, take);
}

void Engine::run(std::span<const std::vector<std::int32_t>> texts, const Take& take) const {
  parts_->run(
      texts.size(), [&](std::size_t i) { return Sequence{.ids = texts[i]}; }, take);
}

}  // namespace electra
