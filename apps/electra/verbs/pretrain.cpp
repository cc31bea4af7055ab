#include "verbs/pretrain.h"

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "electra/core/error.h"
#include "electra/core/range.h"
#include "electra/io/config.h"
#include "output.h"
#include "support/pretrain_command.h"

namespace electra {

namespace {

using Json = nlohmann::ordered_json;
using Kind = OptionInfo::Kind;

template <class T>
constexpr Kind kind_of =
    std::is_same_v<T, bool>                       ? Kind::flag
    : std::is_same_v<T, std::vector<std::string>> ? Kind::texts
    : std::is_same_v<T, std::optional<double>>    ? Kind::number
    : std::is_same_v<T, std::optional<Index>> || std::is_same_v<T, std::optional<std::uint64_t>> ||
            std::is_same_v<T, std::optional<int>>
        ? Kind::integer
        : Kind::text;

std::vector<OptionInfo> all_options() {
  std::vector<OptionInfo> all;
  PretrainCommand command;
  command.options([&]<class T>(const char* name, T&, const char* value, const char* help) {
    all.push_back({name, kind_of<T>, value, help, std::string_view(name) == "--out"});
  });
  all.push_back({"--json", Kind::flag, "", "the result as one JSON object"});
  return all;
}

std::span<const OptionInfo> options() {
  static const std::vector<OptionInfo> all = all_options();
  return all;
}

constexpr std::string_view forms =
    "Learns a vocabulary, tokenises, trains generator and discriminator on the corpus and\n"
    "evaluates them on documents that it holds out; --out is the folder of the run, with a page "
    "of\n"
    "it (report.html) and both networks as transformers opens them. Output is a line for each\n"
    "fact, its name and value between a tab: out, steps, seconds of this call, tokens a second,\n"
    "the folders of both networks, and the last evaluation's figures; or one object with --json.";

constexpr std::string_view example_lines =
    "  electra pretrain --corpus share/sample/prose.txt --out out/prose --minutes 5\n"
    "  electra pretrain --out out/prose --resume --json";

void take(const Arguments& arguments, std::string_view name, auto& value) {
  using T = std::remove_reference_t<decltype(value)>;
  if constexpr (kind_of<T> == Kind::flag) value = arguments.has(name);
  if constexpr (kind_of<T> == Kind::texts) value = arguments.texts(name);
  if constexpr (kind_of<T> == Kind::text) value = arguments.text(name);
  if constexpr (kind_of<T> == Kind::number) value = arguments.number(name);
  if constexpr (std::is_same_v<T, std::optional<int>>) {
    value = small_integer(arguments, name);
  } else if constexpr (kind_of<T> == Kind::integer) {
    const std::optional<Index> given = arguments.integer(name);
    if (given) check_range(name, *given, from(0));
    value = given;
  }
}

PretrainCommand command_of(const Arguments& arguments) {
  PretrainCommand command;
  command.options(
      [&](const char* name, auto& value, const auto&...) { take(arguments, name, value); });
  return command;
}

PretrainConfig configuration(const PretrainCommand& command) {
  PretrainConfig config = configuration_of(command);
  if (config.data.corpus.empty() && config.data.prepared.empty() && !command.resume)
    refuse_value("--corpus", "a file or a folder, as nothing is resumed or prepared", "none");
  return config;
}

Json json_of(const FigureValues& values) {
  Json object = Json::object();
  for (std::size_t i = 0; i < values.figures().size(); ++i)
    if (const auto value = values.at(i)) object[std::string(values.figures()[i].key)] = *value;
  return object;
}

/// The line that is shown of one figure: shares in percent.
void print_figure(const Figure& figure, double value) {
  print_line(std::string(figure.title) + "\t" +
             (figure.style == Figure::Style::percent ? decimal_text(100 * value, 2) + " %"
                                                     : decimal_text(value, 4)));
}

void print_lines(const Json& result, const RunResult& run) {
  for (const auto& [key, value] : result.items())
    if (!value.is_object())
      print_line(key + "\t" +
                 (value.is_string()         ? value.get<std::string>()
                  : value.is_number_float() ? decimal_text(value.get<double>(), 1)
                                            : value.dump()));
  if (!run.evaluation) return;
  for (std::size_t i = 0; i < run.evaluation->figures().size(); ++i)
    if (const auto value = run.evaluation->at(i))
      print_figure(run.evaluation->figures()[i], *value);
}

Json result_of(const RunResult& run, const PretrainFolder& folder, double seconds,
               std::optional<double> speed) {
  Json result{{"out", folder.root.string()}, {"steps", run.step}, {"seconds", seconds}};
  if (speed) result["tokens_per_second"] = *speed;
  for (const auto& model :
       {folder.generator(), folder.discriminator(), folder.masked_language_model()})
    if (std::filesystem::exists(model)) result[model.filename().string()] = model.string();
  if (run.evaluation) result["evaluation"] = json_of(*run.evaluation);
  return result;
}

int pretrain_and_print(const Arguments& arguments) {
  using Clock = std::chrono::steady_clock;
  const PretrainCommand command = command_of(arguments);
  const PretrainConfig config = configuration(command);
  if (command.show_config) {
    print_line(config_help(config));
    flush_results();
    return 0;
  }
  const PretrainingOptions options = pretraining_options(command, config, arguments.command());
  catch_stop_signals();
  const auto start = Clock::now();
  std::optional<double> speed;
  const RunResult run = pretrain_and_talk(
      options, [&](const Progress& progress) { speed = progress.tokens_per_second; });
  if (run.end == RunResult::End::interrupted) return code_when_stopped();
  if (!options.launch->leads()) return 0;
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const Json result = result_of(run, PretrainFolder(options.out), seconds, speed);
  if (arguments.has("--json"))
    print_json(result);
  else
    print_lines(result, run);
  flush_results();
  return 0;
}

}  // namespace

Verb pretrain_verb() {
  return {"pretrain",    "an encoder of raw text", options(), forms,
          example_lines, pretrain_and_print};
}

}  // namespace electra
