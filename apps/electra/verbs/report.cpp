#include "verbs/report.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <vector>

#include "electra/core/error.h"
#include "electra/finetune/finetuning.h"
#include "electra/report/report.h"
#include "electra/train/run_folder.h"
#include "output.h"

namespace electra {

namespace {

namespace fs = std::filesystem;
using Kind = OptionInfo::Kind;

constexpr auto options = std::to_array<OptionInfo>({
    {.name = "DIR", .help = "folder of a run of pretraining or fine-tuning", .required = true},
    {"--out", Kind::text, "FILE", "another page than DIR/report.html; not one that is there"},
    {"--json", Kind::flag, "", "the result as one JSON object"},
});

constexpr std::string_view forms =
    "Draws a run's page again from its log, train.jsonl: also of a run that goes on, or was "
    "killed.\n"
    "Of a model that was fine-tuned each seed has a run, in runs; the model's own page was drawn\n"
    "with its answers when it was made, and stays. Output is the page's path; or an object with\n"
    "--json: report.";

constexpr std::string_view example_lines =
    "  electra report out/pretrain_small\n"
    "  electra report out/sentiment/runs/seed_1 --out out/first.html";

/// The runs in the folder of a model that was fine-tuned.
std::vector<std::string> runs_in(const FinetuneFolder& model) {
  std::vector<std::string> runs;
  std::error_code none;  // then there are no runs
  for (const auto& entry : fs::directory_iterator(model.runs(), none))
    if (fs::exists(RunFolder{entry.path()}.log())) runs.push_back(entry.path().string());
  std::ranges::sort(runs);
  return runs;
}

[[noreturn]] void refuse_without_log(const fs::path& directory) {
  std::string found = "none";
  for (const std::string& run : runs_in({directory}))
    found += (found == "none" ? "; the runs of this model are " : ", ") + run;
  throw IoError(RunFolder{directory}.log().string() + ": expected the log of a run, found " +
                found);
}

int report(const Arguments& arguments) {
  const RunFolder run{arguments.text("DIR")};
  if (!fs::exists(run.log())) refuse_without_log(run.root);
  const fs::path page = arguments.text("--out", run.report().string());
  if (arguments.has("--out") && fs::exists(page))
    throw ConfigError(page.string() + ": there is a file already; choose another name");
  write_report(run.log(), page);
  if (arguments.has("--json"))
    print_json({{"report", page.string()}});
  else
    print_line(page.string());
  flush_results();
  return 0;
}

}  // namespace

Verb report_verb() {
  return {"report", "a run's page, drawn again", options, forms, example_lines, report};
}

}  // namespace electra
