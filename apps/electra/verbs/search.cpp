#include "verbs/search.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <numeric>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "input_lines.h"
#include "model_options.h"
#include "output.h"
#include "text_vectors.h"

namespace electra {

namespace {

using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of an encoder that makes vectors", .required = true},
    {.name = "QUERY",
     .help = "what to look for (-: each line of standard input)",
     .required = true},
    {.name = "FILE", .help = "the texts, one a line", .required = true},
    {"--top", Kind::integer, "N", "how many of the nearest (default: 5)"},
    pooling_option,
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Output is a line for each text that was found, nearest first: the cosine of its vector and\n"
    "the query's, its line in FILE, the text, between tabs; an empty line after each query but "
    "the\n"
    "last. Or an object a query with --json: query, results of text, line and score. Empty lines\n"
    "of FILE are no texts.";

constexpr std::string_view example_lines =
    "  electra search out/pretrain_small/discriminator \"a warm day\" share/labelled/sentences.txt "
    "--top 3\n"
    "  echo \"cold soup\" | electra search out/pretrain_small/discriminator - "
    "share/labelled/sentences.txt --json";

/// Texts and their vectors, of length 1.
struct Library {
  std::vector<std::string> texts;
  std::vector<Index> lines;  // from 1
  std::vector<TextVector> vectors;
};

Library library_of(const TextEmbedder& embedder, const std::string& path, CutTexts& cut) {
  Library library;
  Index number = 0;
  for (std::string& line : input_lines(path)) {
    ++number;
    if (line.find_first_not_of(" \t\r") == line.npos) continue;
    library.texts.push_back(std::move(line));
    library.lines.push_back(number);
  }
  if (library.texts.empty()) throw InputError(path + ": expected texts, one a line, found none");
  library.vectors = embedder.embed(library.texts);
  for (TextVector& vector : library.vectors) {
    cut.count(vector);
    set_length_1(vector);
  }
  return library;
}

struct Hit {
  std::size_t text;
  double score;
};

/// The nearest ones, nearest first; of equals the earlier.
std::vector<Hit> nearest(const Library& library, TextVector query, std::size_t count) {
  set_length_1(query);
  std::vector<Hit> hits;
  for (std::size_t i = 0; i < library.vectors.size(); ++i)
    hits.push_back({i, dot(query, library.vectors[i])});
  std::ranges::stable_sort(hits, [](const Hit& a, const Hit& b) { return a.score > b.score; });
  hits.resize(std::min(count, hits.size()));
  return hits;
}

void print_hits(const Library& library, const std::vector<Hit>& hits) {
  for (const Hit& hit : hits)
    print_line(decimal_text(hit.score, 4) + "\t" + std::to_string(library.lines[hit.text]) + "\t" +
               text_cell(library.texts[hit.text]));
}

void print_hits_json(const Library& library, const std::string& query,
                     const std::vector<Hit>& hits) {
  auto results = nlohmann::ordered_json::array();
  for (const Hit& hit : hits)
    results.push_back({{"text", library.texts[hit.text]},
                       {"line", library.lines[hit.text]},
                       {"score", hit.score}});
  print_json({{"query", query}, {"results", std::move(results)}});
}

int search(const Arguments& arguments) {
  const std::string query = arguments.text("QUERY"), path = arguments.text("FILE");
  const Index top = arguments.integer("--top").value_or(5);
  check_range("--top", top, from(1));
  if (query == "-" && path == "-")
    throw ConfigError("QUERY and FILE cannot both be standard input");
  const TextEmbedder embedder = open_embedder(arguments.text("DIR"), arguments);
  CutTexts cut;
  const Library library = library_of(embedder, path, cut);
  cut.say_so();
  bool is_first = true;
  const auto answer = [&](const std::string& asked) {
    const auto hits = nearest(library, embedder.embed(asked), static_cast<std::size_t>(top));
    if (arguments.has("--json")) return print_hits_json(library, asked, hits);
    if (!std::exchange(is_first, false)) print_line("");
    print_hits(library, hits);
  };
  if (query != "-") {
    answer(query);
  } else {
    for_input_lines(query, [&](std::span<const std::string> lines) {
      for (const std::string& line : lines) answer(line);
      flush_results();
    });
  }
  flush_results();
  return 0;
}

}  // namespace

Verb search_verb() {
  return {"search", "the texts that are nearest to a query", options, forms, example_lines, search};
}

}  // namespace electra
