/// electra VERB …: what the library does, from a shell. docs/command.md.

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "completion.h"
#include "electra/core/build_config.h"
#include "electra/core/error.h"
#include "manual.h"
#include "verbs.h"

namespace {

using namespace electra;

/// A verb, and what CLI11 made of its options.
struct Command {
  const Verb* verb = nullptr;
  CLI::App* app = nullptr;
  std::vector<CLI::Option*> options;
};

CLI::Option* add_option(CLI::App& app, const OptionInfo& info) {
  const std::string name(info.name), help(info.help);
  if (info.kind == OptionInfo::Kind::flag) return app.add_flag(name, help)->disable_flag_override();
  CLI::Option* option =
      app.add_option(name, CLI::callback_t([](const auto&) { return true; }), help);
  option->type_name(std::string(info.value))->required(info.required)->allow_extra_args(false);
  option->multi_option_policy(info.kind == OptionInfo::Kind::texts ? CLI::MultiOptionPolicy::TakeAll
                                                                   : CLI::MultiOptionPolicy::Throw);
  return option;
}

Command add_verb(CLI::App& app, const Verb& verb) {
  Command command{&verb, app.add_subcommand(std::string(verb.name), std::string(verb.help)), {}};
  for (const OptionInfo& info : verb.options)
    command.options.push_back(add_option(*command.app, info));
  command.app->footer(std::string(verb.notes) + "\n\nExamples:\n" + std::string(verb.examples));
  return command;
}

int run(const Command& command, const std::vector<std::string>& words) {
  Arguments arguments(command.verb->options, words);
  for (std::size_t i = 0; i < command.options.size(); ++i)
    for (const std::string& value : command.options[i]->results())
      arguments.add(command.verb->options[i].name, value);
  return command.verb->run(arguments);
}

/// Faults of the command line are 2, all others 1.
int run_to_the_end(const Command& command, const std::vector<std::string>& words) {
  const std::string who = "electra " + std::string(command.verb->name);
  try {
    return run(command, words);
  } catch (const ConfigError& error) {
    std::fprintf(stderr, "%s: %s\n", who.c_str(), error.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", who.c_str(), error.what());
    return 1;
  }
}

/// Whether the first word is a verb, or an option; if not, says which verbs there are.
bool names_a_verb(const std::string& word) {
  std::string names;
  for (const Verb& verb : verbs()) {
    if (verb.name == word) return true;
    names += (names.empty() ? "" : ", ") + std::string(verb.name);
  }
  if (word.starts_with('-')) return true;
  std::fprintf(stderr, "electra: expected a verb (%s), found \"%s\"\n", names.c_str(),
               word.c_str());
  return false;
}

/// What the command says of itself, for what installs it; empty: it was not asked.
std::string own_words(const std::string& option) {
  if (option == "--completion") return bash_completion(verbs());
  return option == "--manual" ? manual_page(verbs()) : "";
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_DFL);  // who reads our results may have seen enough
  if (argc > 1 && !names_a_verb(argv[1])) return 2;
  if (const std::string words = argc == 2 ? own_words(argv[1]) : ""; !words.empty())
    return std::fputs(words.c_str(), stdout) < 0 || std::fflush(stdout) != 0 ? 1 : 0;
  CLI::App app("Pretrains and fine-tunes ELECTRA encoders, and uses them", "electra");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(version));
  app.footer(
      "electra VERB --help says more of each, electra --manual all of it as a page of man, and\n"
      "electra --completion how bash completes it: source <(electra --completion)");
  std::vector<Command> commands;
  for (const Verb& verb : verbs()) commands.push_back(add_verb(app, verb));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  for (const Command& command : commands)
    if (command.app->parsed()) return run_to_the_end(command, {argv, argv + argc});
  return 2;
}
