/// Says which ids a Hugging Face directory's tokenizer gives texts, [CLS] and [SEP] included.
///
///   hugging_face_ids DIRECTORY < texts
///
/// Each line of input is a JSON string, each line of output a JSON array.

#include <cstdio>
#include <exception>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "electra/formats/tokenizer_files.h"

int main(int argc, char** argv) {
  using namespace electra;
  if (argc != 2) {
    std::fprintf(stderr, "usage: hugging_face_ids DIRECTORY < texts\n");
    return 2;
  }
  try {
    const StoredTokenizer stored = load_tokenizer(argv[1]);
    const Wordpiece wordpiece(stored.vocabulary, stored.options, {stored.added, stored.options});
    for (std::string line; std::getline(std::cin, line);) {
      auto ids = wordpiece.encode(nlohmann::json::parse(line).get<std::string>());
      ids.insert(ids.begin(), stored.vocabulary.cls());
      ids.push_back(stored.vocabulary.sep());
      std::printf("%s\n", nlohmann::json(ids).dump().c_str());
    }
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hugging_face_ids: %s\n", error.what());
    return 1;
  }
}
