#pragma once

#include <cstdint>
#include <string_view>

namespace electra {

/// What a `tokenizer_class` stands for in transformers 5.24.
enum class TokenizerClass : std::uint8_t {
  bert,        // BertTokenizer: settings decide
  components,  // PreTrainedTokenizerFast, and any class that transformers does not have
  conv_bert,   // components where there is a tokenizer.json, else settings
  other,       // a tokenizer of another kind
};

/// By its name, with or without "Fast" at its end.
[[nodiscard]] TokenizerClass tokenizer_class(std::string_view name);

}  // namespace electra
