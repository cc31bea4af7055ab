#include <algorithm>
#include <catch2/catch.hpp>
#include <cctype>
#include <map>
#include <set>

#include "help_page.h"
#include "shop.h"

using namespace electra;

namespace {

const std::filesystem::path data = std::filesystem::path(ELECTRA_SOURCE_DIR) / "share/applications";

Examples read(const std::string& file, const ReadOptions& options) {
  const TaskInfo& task = task_named("classify");
  return task.read(data / file, task.kind, options);
}

/// Letters and digits of a text in lower case, a blank between words: what makes two texts equal.
std::string words_of(const std::string& text) {
  std::string words;
  for (const char c : text)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      words += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (c != '\'' && !words.empty() && words.back() != ' ')
      words += ' ';
  if (words.ends_with(' ')) words.pop_back();
  return words;
}

/// Texts that are told apart by more than marks.
class DifferentTexts {
 public:
  void add(const std::string& text) {
    INFO(text);
    CHECK(all_.insert(words_of(text)).second);
  }

 private:
  std::set<std::string> all_;
};

std::map<std::string, int> label_counts(const Examples& examples) {
  std::map<std::string, int> counts;
  for (const Example& row : examples.rows) ++counts[row.labels.front()];
  return counts;
}

}  // namespace

TEST_CASE("sentences of sentiment are different, balanced and of 4 to 25 words",
          "[applications][law]") {
  const Examples train = read("sentiment_train.tsv", {}), dev = read("sentiment_dev.tsv", {});
  CHECK(label_counts(train) == std::map<std::string, int>{{"negative", 160}, {"positive", 160}});
  CHECK(label_counts(dev) == std::map<std::string, int>{{"negative", 50}, {"positive", 50}});
  DifferentTexts sentences;
  for (const Examples* file : {&train, &dev})
    for (const Example& row : file->rows) {
      sentences.add(row.text);
      const auto words = std::ranges::count(row.text, ' ') + 1;
      INFO(row.text);
      CHECK((words >= 4 && words <= 25));
    }
}

TEST_CASE("a help page has five questions of each of eight intents, two to four sentences answer",
          "[applications][law]") {
  const Examples page = read_help_page(data / "help_page.tsv");
  CHECK(page.rows.size() == 40);
  const auto intents = label_counts(page);
  CHECK(intents.size() == 8);
  for (const auto& [intent, count] : intents) CHECK(count == 5);
  DifferentTexts answers;
  for (const Example& row : page.rows) {
    answers.add(row.text_b);
    const std::string answer = row.text_b + " ";
    std::ptrdiff_t sentences = 0;
    for (const char* end : {". ", "? ", ".\" "})
      for (std::size_t at = answer.find(end); at != answer.npos; at = answer.find(end, at + 1))
        ++sentences;
    INFO(row.text_b);
    CHECK((sentences >= 2 && sentences <= 4));
  }
}

TEST_CASE("each question of the help page is asked twice in other words, and twice as a situation",
          "[applications][law]") {
  const Examples page = read_help_page(data / "help_page.tsv");
  DifferentTexts questions;
  std::map<std::string, std::string> intents;
  for (const Example& row : page.rows) {
    questions.add(row.text);
    intents[row.text] = row.labels.front();
  }
  for (const char* file : {"help_paraphrases.tsv", "help_situations.tsv"}) {
    std::map<std::string, int> times;
    for (const Example& row : read_paraphrases(data / file).rows) {
      INFO(file << ": " << row.text);
      questions.add(row.text);
      REQUIRE(intents.contains(row.text_b));
      CHECK(row.labels.front() == intents[row.text_b]);
      ++times[row.text_b];
    }
    CHECK(times.size() == 40);
    for (const auto& [question, count] : times) CHECK(count == 2);
  }
}

TEST_CASE("a shop has ten items of each of twelve kinds, titled and described differently",
          "[applications][law]") {
  const Examples items =
      read("shop_items.tsv", {.text = "title", .text_b = "description", .label = "kind"});
  CHECK(items.rows.size() == 120);
  const auto kinds = label_counts(items);
  CHECK(kinds.size() == 12);
  for (const auto& [kind, count] : kinds) CHECK(count == 10);
  DifferentTexts titles, descriptions;
  for (const Example& row : items.rows) {
    titles.add(row.text);
    descriptions.add(row.text_b);
    CHECK(row.text.find(';') == row.text.npos);
  }
}

TEST_CASE("users like four to six items, and one or two others are held out",
          "[applications][law]") {
  const Shop shop = read_shop(data / "shop_items.tsv");
  const std::vector<Customer> customers = read_customers(data / "shop_users.tsv", shop);
  CHECK(customers.size() == 30);
  std::set<std::string> names;
  for (const Customer& customer : customers) {
    INFO(customer.name);
    CHECK(names.insert(customer.name).second);
    CHECK((customer.liked.size() >= 4 && customer.liked.size() <= 6));
    CHECK((customer.held_out.size() == 1 || customer.held_out.size() == 2));
    CHECK(std::ranges::find_first_of(customer.liked, customer.held_out) == customer.liked.end());
  }
}
