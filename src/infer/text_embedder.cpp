#include "electra/infer/text_embedder.h"

#include <array>
#include <cmath>

#include "infer/head_check.h"
#include "infer/text_outputs.h"

namespace electra {

namespace {

/// A head of pretraining is left out: what is under it is an encoder that was trained for nothing
/// else.
constexpr std::array<std::string_view, 3> opened{"embed", "replaced_token", "masked_token"};

StoredHead head_of(const std::filesystem::path& directory, const VectorOptions& vectors) {
  StoredHead head = head_for(directory, "TextEmbedder", opened);
  if (head.task.empty()) {
    head.kind = "embedding";
    head.task = "embed";
  }
  head.config.pooling = vectors.pooling.value_or(head.config.pooling);
  head.config.normalise = vectors.normalise.value_or(head.config.normalise);
  return head;
}

/// The head that the model computes: windows are averaged before a vector gets length 1.
StoredHead without_length(StoredHead head) {
  head.config.normalise = false;
  return head;
}

void set_length_1(std::vector<float>& vector) {
  double squares = 0;
  for (const float each : vector) squares += static_cast<double>(each) * each;
  if (squares == 0) return;
  const double norm = std::sqrt(squares);
  for (float& each : vector) each = static_cast<float>(each / norm);
}

}  // namespace

struct TextEmbedder::Parts {
  StoredHead head;
  TaskModel model;

  [[nodiscard]] std::vector<TextVector> vectors_of(const TextCall& call) const {
    std::vector<TextOutput> outputs = outputs_of(call);
    std::vector<TextVector> found;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      if (head.config.normalise) set_length_1(outputs[i].values);
      found.push_back(
          {call.ids_of(call.texts()[i]), std::move(outputs[i].values), outputs[i].left_out});
    }
    return found;
  }
};

TextEmbedder::TextEmbedder(const std::filesystem::path& directory)
    : TextEmbedder(directory, Options{}) {}
TextEmbedder::TextEmbedder(const std::filesystem::path& directory, const Options& options,
                           const VectorOptions& vectors) {
  const StoredHead head = head_of(directory, vectors);
  parts_.reset(new Parts{head, TaskModel(directory, without_length(head), options)});
}
TextEmbedder::~TextEmbedder() = default;
TextEmbedder::TextEmbedder(TextEmbedder&&) noexcept = default;
TextEmbedder& TextEmbedder::operator=(TextEmbedder&&) noexcept = default;

Index TextEmbedder::dimension() const { return parts_->model.engine().config().hidden; }
const Engine& TextEmbedder::engine() const { return parts_->model.engine(); }
Pooling TextEmbedder::pooling() const { return parts_->head.config.pooling; }
bool TextEmbedder::normalises() const { return parts_->head.config.normalise; }

TextVector TextEmbedder::embed(std::string_view text) const {
  return std::move(parts_->vectors_of(TextCall(parts_->model.reading(), text)).front());
}

std::vector<TextVector> TextEmbedder::embed(std::span<const std::string> texts) const {
  return parts_->vectors_of(TextCall(parts_->model.reading(), texts));
}

std::vector<TextVector> TextEmbedder::embed(std::initializer_list<std::string> texts) const {
  return embed(std::span(texts.begin(), texts.size()));
}

}  // namespace electra
