#include "data/normalised_text.h"

#include "data/characters.h"
#include "electra/data/unicode.h"

namespace electra {

NormalisedText normalised_text(std::string_view text, const WordpieceOptions& options) {
  std::vector<Character> characters;
  for (Index place = 0; !text.empty();) {
    const auto [code, bytes] = decode_first(text);
    text.remove_prefix(static_cast<std::size_t>(bytes));
    const Index origin = place++;  // a byte that is not UTF-8 has a place, too
    if (code > 0x10ffff) continue;
    if (options.clean_text && is_dropped(code, options.compat)) continue;
    const bool space = options.clean_text && is_separator(code);
    const bool alone = options.handle_chinese_chars && is_ideograph(code, options.compat);
    if (alone) characters.push_back({U' ', origin});
    characters.push_back({space ? U' ' : code, origin});
    if (alone) characters.push_back({U' ', origin});
  }
  (void)normalise(characters, options);
  NormalisedText result;
  for (const auto [code, origin] : characters) {
    append_utf8(result.text, code);
    result.origins.push_back(origin);
  }
  return result;
}

}  // namespace electra
