#pragma once

#include <memory>

#include "electra/models/encoder.h"
#include "electra/models/heads.h"
#include "electra/models/network_parts.h"

namespace electra {

/// Embedding tables, an encoder and one head: what a task trains, and what an application runs.
class TextModel {
 public:
  /// Declares "embeddings", "encoder" and "head" in `store`, which must outlive the model. Throws
  /// ConfigError if sizes do not fit together.
  TextModel(ParameterStore& store, const NetworkConfig& config, const HeadKind& kind,
            const HeadConfig& head = {});
  TextModel(const TextModel&) = delete;
  TextModel& operator=(const TextModel&) = delete;

  /// ids and types [rows] to the head's answer; the pass should be inference. Safe from
  /// several threads whose passes have arenas and contexts of their own.
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView ids, ConstTensorView types) const;
  /// The same of some rows alone, in their order, of a head that answers to every token: `chosen`
  /// [n] and `count` [1], which is n, i32. What the head costs is then that of n rows.
  [[nodiscard]] TensorView answer(Pass& pass, ConstTensorView ids, ConstTensorView types,
                                  ConstTensorView chosen, ConstTensorView count) const;

  [[nodiscard]] const NetworkConfig& config() const { return parts_.config; }
  [[nodiscard]] const NetworkParts& parts() const { return parts_; }
  [[nodiscard]] const EmbeddingTables& tables() const { return tables_; }
  [[nodiscard]] const Encoder& encoder() const { return encoder_; }
  [[nodiscard]] const Head& head() const { return *head_; }

 private:
  NetworkParts parts_;
  EmbeddingTables tables_;
  Encoder encoder_;
  std::unique_ptr<Head> head_;
};

}  // namespace electra
