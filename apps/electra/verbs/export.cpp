#include "verbs/export.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/pretrain/pretraining.h"
#include "model_copy.h"
#include "support/progress_line.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR",
     .help = "directory of a model, or folder of a run: its discriminator",
     .required = true},
    {"--out", Kind::text, "OUT", "the directory that is made; not one that holds something", true},
    {"--as", Kind::text, "FORM", "electra (default) or bert, where the two are the same network"},
    {"--json", Kind::flag, "", "the result as one JSON object"},
});

constexpr std::string_view forms =
    "Writes what transformers opens: model.safetensors (f32), config.json and the tokenizer's\n"
    "files, and nothing else of a run. As bert only where embeddings are as wide as layers, by a\n"
    "BERT's names; of a discriminator that is the encoder alone. Output is a line: OUT,\n"
    "architecture, number of weights, between tabs; or an object with --json: out, architecture,\n"
    "parameters.";

constexpr std::string_view example_lines =
    "  electra export out/pretrain_small --out out/encoder\n"
    "  electra export out/sentiment --out out/sentiment_export --as electra --json";

/// Of the folder of a run its discriminator.
fs::path model_in(const fs::path& directory) {
  const PretrainFolder run(directory);
  if (fs::exists(directory / "config.json") || !fs::exists(run.config())) return directory;
  if (!fs::exists(run.discriminator()))
    throw IoError(run.discriminator().string() +
                  ": expected the discriminator of a finished run, found none");
  return run.discriminator();
}

ModelForm form_of(const Arguments& arguments) {
  const auto names = enum_names(ModelForm{});
  const std::string asked = arguments.text("--as", names.front());
  const auto found = std::ranges::find(names, asked);
  if (found == names.end()) refuse_value("--as", "electra or bert", "\"" + asked + "\"");
  return static_cast<ModelForm>(found - names.begin());
}

/// What transformers has no class for is no export.
void check_known(const ModelDirectory& model) {
  const std::string_view architecture = model.network().kind->architecture;
  if (architecture.starts_with("Libelectra"))
    throw ConfigError("head: expected one that transformers has, found " +
                      std::string(architecture) +
                      " (fine-tuned with head.form=reference; hugging_face has a form there)");
}

int export_model(const Arguments& arguments) {
  const ModelForm form = form_of(arguments);
  NewFolder folder(arguments.text("--out"));
  const ModelDirectory model(model_in(arguments.text("DIR")));
  check_known(model);
  if (form == ModelForm::bert && architecture_in(form, model.network()) == "BertModel" &&
      !model.network().kind->tensors.empty())
    say("left out: the head of " + std::string(model.network().kind->architecture) +
        ", which a BERT has not");
  write_copy(model, form, folder, arguments);
  return 0;
}

}  // namespace

Verb export_verb() {
  return {"export",      "a model as a directory that transformers opens",
          options,       forms,
          example_lines, export_model};
}

}  // namespace electra
