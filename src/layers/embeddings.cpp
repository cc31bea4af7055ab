#include "electra/layers/embeddings.h"

#include "electra/kernels/embedding.h"

namespace electra {

EmbeddingTables::EmbeddingTables(const ParameterScope& scope, const NetworkConfig& config)
    : word_(&scope.declare(
          "word", {config.vocabulary, config.embedding},
          {.init = Init::truncated_normal,
           .decay = Decay::yes,
           .padded = Shape{padded_vocabulary(config.vocabulary), config.embedding}})),
      position_(&scope.matrix("position", {config.positions, config.embedding})),
      type_(&scope.matrix("type", {NetworkConfig::types, config.embedding})),
      norm_(scope / "norm", {.width = config.embedding, .epsilon = config.layer_norm_epsilon}) {}

Embeddings::Embeddings(const EmbeddingTables& tables, const ParameterScope& scope,
                       const NetworkConfig& config)
    : tables_(tables), config_(config) {
  if (tables.width() != config.hidden)
    project_.emplace(
        scope / "project",
        Linear::Config{.in = tables.width(), .out = config.hidden, .init = Init::glorot_uniform});
}

TensorView Embeddings::forward(Pass& pass, ConstTensorView ids, ConstTensorView types,
                               Saved& saved) const {
  const Index rows = pass.rows.count();
  const DType dtype = tables_.position().value.dtype();
  saved.ids = ids;
  saved.types = types;
  saved.mean = pass.tensor({rows}, wide(dtype));
  saved.rstd = pass.tensor({rows}, wide(dtype));
  const TensorView y = pass.tensor({rows, tables_.width()}, dtype);
  pass.context.run(EmbeddingForward{.ids = ids,
                                    .types = types,
                                    .rows = pass.rows,
                                    .word = tables_.word().value,
                                    .position = tables_.position().value,
                                    .type = tables_.type().value,
                                    .gain = tables_.norm().gain().master,
                                    .bias = tables_.norm().bias().master,
                                    .y = y,
                                    .mean = saved.mean,
                                    .rstd = saved.rstd,
                                    .epsilon = config_.layer_norm_epsilon,
                                    .dropout = pass.dropout(config_.dropout),
                                    .random = pass.key(0, Place::embedding_dropout)});
  return project_ ? project_->forward(pass, y, saved.project) : y;
}

void Embeddings::backward(Pass& pass, const Saved& saved, ConstTensorView dy) const {
  const auto scratch = pass.arena.scope();
  const TensorView dx =
      saved.dsum ? saved.dsum : pass.tensor({dy.rows(), tables_.width()}, dy.dtype());
  if (project_) {
    project_->backward(pass, saved.project, dy, {dx, Write::overwrite});
    dy = dx;
  }
  pass.context.run(EmbeddingBackward{.dy = dy,
                                     .ids = saved.ids,
                                     .types = saved.types,
                                     .rows = pass.rows,
                                     .word = tables_.word().value,
                                     .position = tables_.position().value,
                                     .type = tables_.type().value,
                                     .gain = tables_.norm().gain().master,
                                     .mean = saved.mean,
                                     .rstd = saved.rstd,
                                     .dx = dx,
                                     .dgain = tables_.norm().gain().gradient,
                                     .dbias = tables_.norm().bias().gradient,
                                     .dropout = pass.dropout(config_.dropout),
                                     .random = pass.key(0, Place::embedding_dropout)});
  pass.context.run(EmbeddingScatter{.dx = dx,
                                    .ids = saved.ids,
                                    .types = saved.types,
                                    .rows = pass.rows,
                                    .dword = tables_.word().gradient,
                                    .dposition = tables_.position().gradient,
                                    .dtype = tables_.type().gradient});
}

}  // namespace electra
