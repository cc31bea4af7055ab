#include "verbs/embed.h"

#include <array>
#include <nlohmann/json.hpp>

#include "electra/core/error.h"
#include "input_lines.h"
#include "model_options.h"
#include "npy_file.h"
#include "output.h"
#include "support/progress_line.h"
#include "text_vectors.h"

namespace electra {

namespace {

using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "directory of an encoder that makes vectors", .required = true},
    {.name = "FILE", .help = "a text a line (default, or -: the lines of standard input)"},
    pooling_option,
    {"--npy", Kind::text, "FILE.npy",
     "writes the vectors there, [lines, dimension] of f32, for NumPy"},
    length_option,
    device_option,
    threads_option,
    precision_option,
    json_option,
});

constexpr std::string_view forms =
    "Output is a line for each: the numbers of its vector between blanks, a tab, the text; or an\n"
    "object each with --json: text, ids, vector. With --npy there is none. A line of a pipe is\n"
    "answered as soon as it has come.";

constexpr std::string_view example_lines =
    "  electra embed out/pretrain_small/discriminator share/labelled/sentences.txt --npy "
    "out/sentences.npy\n"
    "  echo \"What a lovely day.\" | electra embed out/pretrain_small/discriminator --json";

void print_vector(const TextVector& vector, const std::string& text, bool json) {
  if (json) return print_json({{"text", text}, {"ids", vector.ids}, {"vector", vector.values}});
  std::string line;
  for (const float number : vector.values) line += (line.empty() ? "" : " ") + number_text(number);
  print_line(line + "\t" + text_cell(text));
}

int embed(const Arguments& arguments) {
  const std::string path = arguments.text("FILE", "-");
  const TextEmbedder embedder = open_embedder(arguments.text("DIR"), arguments);
  const std::string npy = arguments.text("--npy");
  std::optional<NpyFile> file;
  if (!npy.empty()) file.emplace(npy, embedder.dimension());
  CutTexts cut;
  for_input_lines(path, [&](std::span<const std::string> lines) {
    const std::vector<TextVector> vectors = embedder.embed(lines);
    for (std::size_t i = 0; i < vectors.size(); ++i) {
      cut.count(vectors[i]);
      if (file)
        file->add(vectors[i].values);
      else
        print_vector(vectors[i], lines[i], arguments.has("--json"));
    }
    flush_results();
  });
  cut.say_so();
  if (file) say(npy + ": " + std::to_string(file->commit()) + " vectors");
  return 0;
}

}  // namespace

Verb embed_verb() { return {"embed", "vectors of texts", options, forms, example_lines, embed}; }

}  // namespace electra
