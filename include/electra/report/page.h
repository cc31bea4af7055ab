#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace electra {

/// A table of a page. All texts are plain: the page makes them safe.
struct PageTable {
  std::string title = {};
  std::vector<std::string> head = {};               // empty: none
  std::vector<std::vector<std::string>> rows = {};  // the first cell names the row
  std::vector<std::vector<double>> shades = {};     // of the other cells, 0 to 1; empty: none
  std::string note = {};                            // below it; empty: none
  enum class Cells { numbers, texts };              // numbers stand to the right
  Cells cells = Cells::numbers;
};

/// A page that stands alone: no network, no script, light and dark.
struct Page {
  std::string title = {};
  std::string lead = {};
  std::vector<std::pair<std::string, std::string>> tiles = {};  // a value and its name, in large
  std::vector<PageTable> tables = {};
  struct Run {
    std::string title;
    std::filesystem::path log;  // its train.jsonl
  };
  std::vector<Run> runs = {};  // whose curves follow
  std::string footer = {};
};

/// Throws IoError if a log is missing or damaged.
[[nodiscard]] std::string page_html(const Page& page);

}  // namespace electra
