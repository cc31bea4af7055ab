#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/shape.h"

namespace electra {

/// One token on its way through the pair. Where the word table has more rows than there are tokens,
/// one of those rows is called "[row 40]".
struct InspectedToken {
  std::string original;    // the text's token
  std::string masked;      // what the generator read
  std::string corrupted;   // what the discriminator read
  bool replaced = false;   // the label
  double probability = 0;  // the discriminator's, of being replaced
  double loss = 0;         // this token's term of the replaced-token loss
};

/// One masked position: what the generator should say, and what was drawn.
struct InspectedGuess {
  Index position = 0;
  std::string original;
  std::string sample;
  double loss = 0;  // -ln p(original): this position's term of the masked-language-model loss
};

/// A sentence's way through generator and discriminator, with both losses term by term.
struct Inspection {
  std::vector<InspectedToken> tokens;   // [CLS] and [SEP] included
  std::vector<InspectedGuess> guesses;  // in the order of positions
  double mlm_loss = 0;                  // mean over guesses
  double disc_loss = 0;                 // mean over tokens
};

/// Where the pair comes from.
struct InspectionOptions {
  std::filesystem::path run;  // folder of a run; empty: first weights, a vocabulary of the sentence
  std::uint64_t seed = 1;     // of masks and samples, and of first weights
};

/// Takes one sentence through the pair without dropout. Special and added tokens in it, such as
/// "[MASK]", are those tokens, as in a Detector. Throws Error.
[[nodiscard]] Inspection inspect_replaced_tokens(const std::string& sentence,
                                                 const InspectionOptions& options);

}  // namespace electra
