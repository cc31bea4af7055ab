#include "electra/formats/model_directory.h"

#include "electra/core/context.h"
#include "electra/core/parameters.h"
#include "electra/formats/hugging_face.h"
#include "electra/models/text_model.h"
#include "formats/sentence_modules.h"

namespace electra {

struct ModelDirectory::Parts {
  explicit Parts(const std::filesystem::path& directory)
      : head(read_head(directory)),
        config(read_network_config(directory)),
        tokenizer(load_tokenizer(directory, config.vocabulary)),
        has_modules(has_sentence_modules(directory)),
        context(Context::create({})),
        model(store, config, head_kind(head.kind), head.config) {
    store.allocate(*context, Precision::f32);
    taken = load_network(
        directory, model.parts(), store,
        model.parts().kind->tensors.empty() ? HeadWeights::left_out : HeadWeights::required);
    if (model.parts().kind->tensors.empty()) taken.missing_head.clear();
  }

  /// Tokens of a text at most, as the directory's files say.
  [[nodiscard]] Index length() const {
    return tokenizer.length ? tokenizer.length->tokens : config.positions;
  }
  /// What config.json says of the head; of a pretrained one its architecture says everything.
  [[nodiscard]] const StoredHead* described_head() const {
    return head.task.empty() ? nullptr : &head;
  }

  StoredHead head;
  NetworkConfig config;
  StoredTokenizer tokenizer;
  bool has_modules;
  std::unique_ptr<Context> context;
  ParameterStore store;
  TextModel model;
  StoredNetwork taken;
};

ModelDirectory::ModelDirectory(const std::filesystem::path& directory)
    : parts_(std::make_unique<Parts>(directory)) {}
ModelDirectory::~ModelDirectory() = default;

const StoredHead& ModelDirectory::head() const { return parts_->head; }
const NetworkParts& ModelDirectory::network() const { return parts_->model.parts(); }
const StoredTokenizer& ModelDirectory::tokenizer() const { return parts_->tokenizer; }
Index ModelDirectory::parameters() const { return parts_->store.parameter_count(); }
std::vector<std::string> ModelDirectory::remarks() const { return describe(parts_->taken); }

void ModelDirectory::save(const std::filesystem::path& directory, ModelForm form) const {
  const Parts& parts = *parts_;
  const Vocabulary& vocabulary = parts.tokenizer.vocabulary;
  save_network(directory, network(), parts.store, vocabulary.pad(), parts.described_head(), form);
  save_tokenizer(directory, vocabulary, parts.tokenizer.options, parts.length(),
                 parts.tokenizer.added);
  if (parts.has_modules)
    save_sentence_modules(directory, parts.head.config, parts.config.hidden, parts.length());
}

}  // namespace electra
