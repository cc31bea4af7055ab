#include "electra/infer/detector.h"

#include <cmath>
#include <cstring>

#include "electra/core/error.h"
#include "electra/core/host_copy.h"
#include "electra/formats/hugging_face.h"
#include "electra/formats/tokenizer_files.h"
#include "electra/models/text_model.h"

namespace electra {

struct Detector::Parts {
  Parts(const std::filesystem::path& directory, const Options& options)
      : sizes(read_network_config(directory)),
        tokenizer(load_tokenizer(directory)),
        wordpiece(tokenizer.vocabulary, tokenizer.options),
        context(Context::create(options.device, {.threads = options.threads})),
        model(store, sizes, head_kind("replaced_token")),
        arena(*context) {
    if (tokenizer.vocabulary.size() > sizes.vocabulary)
      throw IoError(directory.string() + ": vocab.txt: expected at most vocab_size = " +
                    std::to_string(sizes.vocabulary) + " tokens, found " +
                    std::to_string(tokenizer.vocabulary.size()));
    store.allocate(*context, Precision::f32);
    load_network(directory, model.parts(), store);
  }

  [[nodiscard]] TensorView tensor(const std::vector<std::int32_t>& values, const Shape& shape) {
    const TensorView view = arena.allocate(shape, DType::i32);
    context->upload(std::as_bytes(std::span(values)), view);
    return view;
  }

  NetworkConfig sizes;
  StoredTokenizer tokenizer;
  Wordpiece wordpiece;
  std::unique_ptr<Context> context;
  ParameterStore store;
  TextModel model;
  Arena arena;
};

Detector::Detector(const std::filesystem::path& directory) : Detector(directory, Options{}) {}
Detector::Detector(const std::filesystem::path& directory, const Options& options)
    : parts_(std::make_unique<Parts>(directory, options)) {}
Detector::~Detector() = default;
Detector::Detector(Detector&&) noexcept = default;
Detector& Detector::operator=(Detector&&) noexcept = default;

Detection Detector::detect(std::string_view text) const {
  Parts& p = *parts_;
  const Vocabulary& vocabulary = p.tokenizer.vocabulary;
  Detection found{
      .text = std::string(text), .ids = {}, .tokens = {}, .spans = {}, .probabilities = {}};
  const auto add = [&](std::int32_t id, Detection::Span span) {
    found.ids.push_back(id);
    found.tokens.push_back(vocabulary.token(id));
    found.spans.push_back(span);
  };
  add(vocabulary.cls(), {});
  for (const Token& token : p.wordpiece.tokenize(text)) add(token.id, {token.begin, token.end});
  add(vocabulary.sep(), {});
  const auto length = static_cast<Index>(found.ids.size());
  if (length > p.sizes.positions)
    throw InputError("the text has " + std::to_string(length) +
                     " tokens with [CLS] and [SEP]; expected at most " +
                     std::to_string(p.sizes.positions) + ", the model's positions");
  p.arena.reset();
  const TensorView lengths = p.tensor({static_cast<std::int32_t>(length)}, {1});
  Pass pass{.context = *p.context,
            .arena = p.arena,
            .sequences = {.batch = 1, .length = length, .lengths = lengths},
            .mode = Mode::inference,
            .network = Network::discriminator};
  const std::vector<std::int32_t> types(found.ids.size(), 0);
  const TensorView logits =
      p.model.answer(pass, p.tensor(found.ids, {1, length}), p.tensor(types, {1, length}));
  for (const float logit : to_host<float>(*p.context, logits))
    found.probabilities.push_back(1 / (1 + std::exp(-static_cast<double>(logit))));
  return found;
}

}  // namespace electra
