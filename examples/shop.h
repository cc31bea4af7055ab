#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "electra/core/error.h"
#include "electra/tasks/task.h"
#include "nearest.h"

namespace electra {

/// What a shop has to sell.
struct Shop {
  std::vector<std::string> titles;
  std::vector<std::string> texts;  // title and description

  /// The number of the item with this title. Throws InputError that opens with `place`.
  [[nodiscard]] std::size_t item(const std::string& title, const std::string& place) const {
    const auto found = std::ranges::find(titles, title);
    if (found == titles.end())
      throw InputError(place + ": expected the title of an item, found \"" + title + "\"");
    return static_cast<std::size_t>(found - titles.begin());
  }
};

/// Somebody who likes some items; what is held out was liked, too, and ought to be found.
struct Customer {
  std::string name;
  std::vector<std::size_t> liked, held_out;
};

/// A table with the columns title and description. Throws IoError.
inline Shop read_shop(const std::filesystem::path& file) {
  const TaskInfo& task = task_named("embed");
  Shop shop;
  for (const Example& row :
       task.read(file, task.kind, {.text = "title", .text_b = "description"}).rows) {
    shop.titles.push_back(row.text);
    shop.texts.push_back(row.text + ". " + row.text_b);
  }
  return shop;
}

/// A table with the columns user, liked and held_out, titles between ';'. Throws IoError, and
/// InputError for a title that the shop does not have.
inline std::vector<Customer> read_customers(const std::filesystem::path& file, const Shop& shop) {
  const TaskInfo& task = task_named("multilabel");
  const auto column = [&](const char* name) {
    return task.read(file, task.kind, {.text = "user", .label = name});
  };
  const Examples liked = column("liked"), held_out = column("held_out");
  std::vector<Customer> customers(liked.rows.size());
  for (std::size_t i = 0; i < customers.size(); ++i) {
    customers[i].name = liked.rows[i].text;
    for (const std::string& title : liked.rows[i].labels)
      customers[i].liked.push_back(shop.item(title, place_of(liked, i)));
    for (const std::string& title : held_out.rows[i].labels)
      customers[i].held_out.push_back(shop.item(title, place_of(held_out, i)));
  }
  return customers;
}

/// All items but those that are liked, the nearest to the mean of these first.
inline std::vector<std::size_t> recommended(const Vectors& items,
                                            const std::vector<std::size_t>& liked) {
  std::vector<float> sum(items.front().size());  // as near to anything as the mean
  for (const std::size_t item : liked)
    std::ranges::transform(sum, items[item], sum.begin(), std::plus<>());
  std::vector<std::size_t> order = nearest(sum, items);
  std::erase_if(order, [&](std::size_t item) { return std::ranges::count(liked, item) > 0; });
  return order;
}

/// The share of customers of whom something that was held out is among the first `most` items.
inline double hit_share(const Vectors& items, const std::vector<Customer>& customers,
                        std::size_t most) {
  double hits = 0;
  for (const Customer& customer : customers) {
    std::vector<std::size_t> first = recommended(items, customer.liked);
    first.resize(std::min(most, first.size()));
    hits += std::ranges::find_first_of(first, customer.held_out) != first.end();
  }
  return hits / static_cast<double>(customers.size());
}

/// The same of items in a random order: 1 - C(n - h, most) / C(n, most) of n items that are not
/// liked, h of them held out.
inline double chance_of_hit(std::size_t items, const std::vector<Customer>& customers,
                            std::size_t most) {
  double hits = 0;
  for (const Customer& customer : customers) {
    const auto others = static_cast<double>(items - customer.liked.size());
    const auto held_out = static_cast<double>(customer.held_out.size());
    double miss = 1;
    for (std::size_t i = 0; i < most; ++i) miss *= 1 - held_out / (others - static_cast<double>(i));
    hits += 1 - miss;
  }
  return hits / static_cast<double>(customers.size());
}

}  // namespace electra
