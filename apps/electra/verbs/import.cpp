#include "verbs/import.h"

#include <array>
#include <string>

#include "model_copy.h"

namespace electra {

namespace {

using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR",
     .help = "Hugging Face directory of an ELECTRA or a BERT: model.safetensors, its shards, or "
             "pytorch_model.bin",
     .required = true},
    {"--out", Kind::text, "OUT", "the directory that is made; not one that holds something", true},
    {"--json", Kind::flag, "", "the result as one JSON object"},
});

constexpr std::string_view forms =
    "Reads all of a directory, looks through every weight and the tokenizer, and writes it as "
    "this\n"
    "library does: an ELECTRA by its names, in f32, in one model.safetensors. A BERT becomes the\n"
    "ELECTRA that computes the same; its pooler is left out, and said, but for a classifier that\n"
    "was trained on it, which stays a BERT. Nothing in a .bin is ever run. Output is a line: OUT,\n"
    "architecture, number of weights, between tabs; or an object with --json: out, architecture,\n"
    "parameters.";

constexpr std::string_view example_lines =
    "  electra import out/pretrain_small/generator --out out/generator\n"
    "  electra import out/encoder --out out/imported --json";

int import_model(const Arguments& arguments) {
  NewFolder folder(arguments.text("--out"));
  const ModelDirectory model(arguments.text("DIR"));
  const bool is_bert = model.network().kind->architecture.starts_with("Bert");
  write_copy(model, is_bert ? ModelForm::bert : ModelForm::electra, folder, arguments);
  return 0;
}

}  // namespace

Verb import_verb() {
  return {"import",      "another's model as this library writes its own",
          options,       forms,
          example_lines, import_model};
}

}  // namespace electra
