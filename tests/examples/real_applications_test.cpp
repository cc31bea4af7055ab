#include <catch2/catch.hpp>

#include "formats/sentence_vectors.h"
#include "help_page.h"
#include "shop.h"
#include "word_vectors.h"

using namespace electra;
using namespace electra::test;

namespace {

const std::filesystem::path data = std::filesystem::path(ELECTRA_SOURCE_DIR) / "share/applications";

TextEmbedder embedder_of(const std::filesystem::path& directory) {
  return TextEmbedder(directory, {.threads = 1, .length = LongText::truncate}, {.normalise = true});
}

}  // namespace

TEST_CASE("a trained encoder finds the answer to four of five paraphrases, far more than words do",
          "[real][applications]") {
  const std::filesystem::path directory = real_encoder_folder();
  if (directory.empty()) return;
  const TextEmbedder embedder = embedder_of(directory);
  const Examples page = read_help_page(data / "help_page.tsv");
  const Examples paraphrases = read_paraphrases(data / "help_paraphrases.tsv");
  const double found = recall_at_1(page, paraphrases, embedding_by(embedder));
  const double by_words = recall_at_1(page, paraphrases, WordVectors(searched_texts(page)));
  CAPTURE(found, by_words);
  CHECK(found >= 0.8);
  CHECK(by_words < found);
  CHECK(by_words > 0.1);  // of 40
}

TEST_CASE("a trained encoder recommends what was held out, more than words and chance do",
          "[real][applications]") {
  const std::filesystem::path directory = real_encoder_folder();
  if (directory.empty()) return;
  const TextEmbedder embedder = embedder_of(directory);
  const Shop shop = read_shop(data / "shop_items.tsv");
  const std::vector<Customer> customers = read_customers(data / "shop_users.tsv", shop);
  const double found = hit_share(embedding_by(embedder)(shop.texts), customers, 3);
  const double by_words = hit_share(WordVectors(shop.texts)(shop.texts), customers, 3);
  CAPTURE(found, by_words);
  CHECK(found > by_words);
  CHECK(found >= 3 * chance_of_hit(shop.titles.size(), customers, 3));
}
