#pragma once

/// Classes of code points as Hugging Face's tokenizers has them, whatever Unicode the rest follows.
namespace electra::hugging_face {

[[nodiscard]] bool is_dropped(char32_t code);
[[nodiscard]] bool is_punctuation(char32_t code);
[[nodiscard]] bool is_nonspacing_mark(char32_t code);
/// Whether NFD takes it apart, of what utf8proc takes apart.
[[nodiscard]] bool is_decomposed(char32_t code);
/// Whether it has no combining class, though it may have one in utf8proc.
[[nodiscard]] bool is_starter(char32_t code);
/// Lower case of all but U+0130, which has two characters.
[[nodiscard]] char32_t lower(char32_t code);
/// \w of Rust's regex: letters, marks, digits, connectors, joiners.
[[nodiscard]] bool is_word_character(char32_t code);

}  // namespace electra::hugging_face
