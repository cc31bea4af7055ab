#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/error.h"

namespace electra {

/// The bundled public-domain text: beside the sources, or where it was installed.
inline std::filesystem::path bundled_sample() {
  const auto file = std::filesystem::path(ELECTRA_SHARE_DIR) / "sample" / "prose.txt";
  if (!std::filesystem::exists(file))
    throw ConfigError(file.string() + ": the bundled text is not there; name one with --corpus");
  return file;
}

/// What the discriminator is shown at the end: a word of each sentence does not belong there.
inline std::vector<std::string> example_sentences() {
  return {
      "It is a truth universally acknowledged, that a single whale in possession of a good "
      "fortune must be in want of a wife.",
      "The captain stood upon the deck and looked out over the umbrella.",
      "My dear Watson, you see, but you do not table."};
}

}  // namespace electra
