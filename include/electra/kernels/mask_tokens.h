#pragma once

#include <string_view>

#include "electra/core/context.h"
#include "electra/core/random.h"
#include "electra/core/special_ids.h"
#include "electra/kernels/text_rows.h"

namespace electra {

/// Chooses positions to mask and writes what the generator reads.
/// Candidates are the tokens before the length that are not [PAD], [CLS], [SEP] or [MASK]. Without
/// replacement the first mask_counts[b] candidates in the order of their Philox words (Place
/// mask_position, word place % 4 of block place / 4; ties to the lower position) are taken. With
/// replacement draw i takes candidate number floor(word i * candidates / 2^32), as the reference
/// does, duplicates included. A masked token keeps its id where its mask_keep word is below
/// keep * 2^32, becomes a random id (mask_random word * vocabulary / 2^32) where it is below
/// (keep + random_share) * 2^32, else [MASK].
struct MaskTokens {
  static constexpr std::string_view name = "mask_tokens";
  ConstTensorView ids;  // [rows], i32
  TextRows rows;
  ConstTensorView mask_counts;  // [batch], i32, at most the candidates and capacity / batch
  TensorView masked_ids;        // [rows], i32: what the generator reads
  TensorView positions;         // [capacity], i32: rows, ascending; 0 beyond the count
  TensorView originals;         // [capacity], i32: the ids there; 0 beyond the count
  TensorView count;             // [1], i32
  SpecialIds special;
  Index vocabulary = 0;
  float keep = 0.15F;
  float random_share = 0;
  enum class Draw : std::uint8_t { without_replacement, with_replacement };
  Draw draw = Draw::without_replacement;
  RandomKey random;  // its site is ignored but for the evaluation bit

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const MaskTokens& kernel);
void run_on(CudaContext& context, const MaskTokens& kernel);

/// Puts the generator's samples into the text: what the discriminator reads, and what it shall say.
/// A position that was drawn more than once gets the integer mean of its samples, as in the
/// reference.
struct ReplaceTokens {
  static constexpr std::string_view name = "replace_tokens";
  ConstTensorView ids;  // [rows], i32: the original text
  TextRows rows;
  ConstTensorView positions;  // [capacity], i32: rows, ascending
  ConstTensorView samples;    // [capacity], i32
  ConstTensorView count;      // [1], i32
  TensorView corrupted_ids;   // [rows], i32
  TensorView labels;          // [rows], i32: 1 where the id changed

  void check(const Checker& checker) const;
  [[nodiscard]] KernelCost cost() const;
};
void run_on(CpuContext& context, const ReplaceTokens& kernel);
void run_on(CudaContext& context, const ReplaceTokens& kernel);

}  // namespace electra
