/// Recommends items of a shop by what is written of them: a person is the mean of the vectors of
/// the items that were liked, and is offered the nearest of the others.
///
///   recommend_by_text MODEL "Gas burner" "Fire steel"        for who likes these
///   recommend_by_text MODEL                                  for every user of the shop
///   recommend_by_text MODEL --evaluate                       how often what was held out is found
///
/// docs/applications.md has the data and figures.

#include "application.h"
#include "shop.h"
#include "word_vectors.h"

namespace {

using namespace electra;

struct Options {
  EncoderOptions encoder;
  std::vector<std::string> liked;
  std::string items = bundled("shop_items.tsv"), users = bundled("shop_users.tsv");
  std::size_t top = 3;
  bool evaluate = false;
};

void add_options(CLI::App& app, Options& options) {
  options.encoder.add_to(app);
  app.add_option("liked", options.liked, "titles of items (none: what each user liked)");
  app.add_option("--items", options.items, "table of title and description");
  app.add_option("--users", options.users, "table of user, liked and held_out");
  app.add_option("--top", options.top, "how many to recommend")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_flag("--evaluate", options.evaluate, "print how often one that was held out is found");
}

void print_recommendations(const Shop& shop, const Vectors& items, const Customer& customer,
                           std::size_t most) {
  if (!customer.name.empty()) std::printf("%s\t", customer.name.c_str());
  const std::vector<std::size_t> order = recommended(items, customer.liked);
  for (std::size_t i = 0; i < std::min(most, order.size()); ++i)
    std::printf("%s%s", i == 0 ? "" : "; ", shop.titles[order[i]].c_str());
  std::puts("");
}

void print_figures(const Shop& shop, const Vectors& items, const std::vector<Customer>& customers,
                   std::size_t most) {
  const Vectors by_words = WordVectors(shop.texts)(shop.texts);
  std::printf("hit at %zu of %zu users among %zu items\n", most, customers.size(),
              shop.titles.size());
  std::printf("by the model\t%.1f %%\n", 100 * hit_share(items, customers, most));
  std::printf("by TF-IDF\t%.1f %%\n", 100 * hit_share(by_words, customers, most));
  std::printf("by chance\t%.1f %%\n", 100 * chance_of_hit(items.size(), customers, most));
}

int run(const Options& options) {
  const Shop shop = read_shop(options.items);
  Customer asking;
  for (const std::string& title : options.liked) asking.liked.push_back(shop.item(title, "liked"));
  const bool for_all = options.liked.empty();
  const std::vector<Customer> customers =
      for_all ? read_customers(options.users, shop) : std::vector{asking};
  const TextEmbedder embedder(options.encoder.directory, options.encoder.opening(),
                              {.normalise = true});
  const Vectors items = embedding_by(embedder)(shop.texts);
  if (options.evaluate) {
    print_figures(shop, items, customers, options.top);
    return 0;
  }
  for (const Customer& customer : customers)
    print_recommendations(shop, items, customer, options.top);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Recommends items of a shop by their descriptions", "recommend_by_text");
  add_options(app, options);
  return run_application(app, argc, argv, [&] { return run(options); });
}
