#include "electra/kernels/embedding.h"

namespace electra {

namespace {

void check_tables(const Checker& checker, const ConstTensorView& ids, const ConstTensorView& types,
                  const TextRows& rows, const ConstTensorView& word,
                  const ConstTensorView& position, const ConstTensorView& type, DType dtype,
                  DType of_words) {
  rows.check(checker);
  checker.tensor("ids", ids, {rows.count()}, DType::i32);
  checker.tensor("types", types, {rows.count()}, DType::i32);
  const Index width = word.width();
  checker.tensor("word", word, Shape{word.rows(), width}, of_words);
  checker.tensor("position", position, Shape{position.rows(), width}, dtype);
  checker.tensor("type", type, Shape{type.rows(), width}, dtype);
  checker.that(position.rows() >= rows.length, "at least as many positions as the length");
}

void check_dropout(const Checker& checker, float dropout, const RandomKey& random) {
  checker.that(dropout >= 0 && dropout < 1, "dropout in [0, 1)");
  if (dropout > 0) checker.tensor("random.step", random.step, Shape{1}, DType::i32);
}

}  // namespace

void EmbeddingForward::check(const Checker& checker) const {
  checker.floating("position", position);
  const DType dtype = position.dtype();
  const bool rounded_words =
      dtype == DType::f32 && word.dtype() == DType::bf16 && word.device().type == DeviceType::cpu;
  check_tables(checker, ids, types, rows, word, position, type, dtype,
               rounded_words ? DType::bf16 : dtype);
  const Shape column{ids.size()};
  const Shape vector{word.width()};
  const DType statistics = wide(dtype);
  checker.tensor("gain", gain, vector, statistics);
  checker.tensor("bias", bias, vector, statistics);
  checker.tensor("y", y, Shape{ids.size(), word.width()}, dtype);
  checker.tensor("mean", mean, column, statistics);
  checker.tensor("rstd", rstd, column, statistics);
  checker.that(epsilon >= 0, "epsilon of 0 or more");
  check_dropout(checker, dropout, random);
}

KernelCost EmbeddingForward::cost() const {
  return {10.0 * static_cast<double>(y.size()),
          static_cast<double>(2 * y.bytes() + 2 * ids.bytes() + 2 * mean.bytes() +
                              2 * gain.bytes() + rows.length * y.width() * size_of(y.dtype()))};
}

void EmbeddingBackward::check(const Checker& checker) const {
  checker.floating("dy", dy);
  check_tables(checker, ids, types, rows, word, position, type, dy.dtype(), dy.dtype());
  const Shape column{ids.size()};
  const Shape vector{word.width()};
  const Shape activations{ids.size(), word.width()};
  const DType statistics = wide(dy.dtype());
  checker.tensor("dy", dy, activations, dy.dtype());
  checker.tensor("gain", gain, vector, statistics);
  checker.tensor("mean", mean, column, statistics);
  checker.tensor("rstd", rstd, column, statistics);
  checker.tensor("dx", dx, activations, dy.dtype());
  checker.tensor("dgain", dgain, vector, statistics);
  checker.tensor("dbias", dbias, vector, statistics);
  check_dropout(checker, dropout, random);
}

KernelCost EmbeddingBackward::cost() const {
  return {22.0 * static_cast<double>(dy.size()),
          static_cast<double>(3 * dy.bytes() + 2 * ids.bytes() + 2 * mean.bytes() +
                              5 * gain.bytes() + rows.length * dy.width() * size_of(dy.dtype()))};
}

void EmbeddingScatter::check(const Checker& checker) const {
  checker.floating("dx", dx);
  check_tables(checker, ids, types, rows, dword, dposition, dtype, wide(dx.dtype()),
               wide(dx.dtype()));
  checker.tensor("dx", dx, Shape{ids.size(), dword.width()}, dx.dtype());
}

KernelCost EmbeddingScatter::cost() const {
  const auto words = static_cast<double>(dx.size() * size_of(wide(dx.dtype())));
  return {3.0 * static_cast<double>(dx.size()),
          static_cast<double>(dx.bytes() + 2 * ids.bytes()) + 2 * words};
}

}  // namespace electra
