#include "verbs.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>
#include <sstream>
#include <string>

#include "electra/tasks/task.h"

using namespace electra;
using Kind = OptionInfo::Kind;

namespace {

bool is_argument(const OptionInfo& option) { return !option.name.starts_with('-'); }

/// The first word that follows `before` in the text.
std::string word_behind(std::string_view text, const std::string& before) {
  const std::size_t at = text.find(before);
  if (at == text.npos) return "";
  text.remove_prefix(at + before.size());
  return std::string(text.substr(0, text.find_first_of(" \n")));
}

}  // namespace

TEST_CASE("every verb and every option is told apart by its name and has a help", "[verbs]") {
  std::set<std::string_view> names;
  for (const Verb& verb : verbs()) {
    CAPTURE(verb.name);
    CHECK(names.insert(verb.name).second);
    CHECK_FALSE(verb.help.empty());
    CHECK(verb.help.find('\n') == std::string_view::npos);
    CHECK_FALSE(verb.notes.empty());
    CHECK(verb.run != nullptr);
    std::set<std::string_view> options;
    for (const OptionInfo& option : verb.options) {
      CAPTURE(option.name);
      CHECK(options.insert(option.name).second);
      CHECK_FALSE(option.help.empty());
      CHECK((option.name.starts_with("--") ||
             std::ranges::all_of(option.name, [](char c) { return c >= 'A' && c <= 'Z'; })));
    }
  }
}

TEST_CASE("arguments are texts that come first, required ones before others", "[verbs]") {
  for (const Verb& verb : verbs()) {
    CAPTURE(verb.name);
    bool arguments = true, required = true;
    for (const OptionInfo& option : verb.options) {
      CAPTURE(option.name);
      if (!is_argument(option)) {
        arguments = false;
        CHECK((option.kind == Kind::flag) == option.value.empty());
        continue;
      }
      CHECK(arguments);
      CHECK(option.kind == Kind::text);
      CHECK((required || !option.required));
      required = option.required;
    }
  }
}

TEST_CASE("every verb has two examples that are of this verb and its options", "[verbs]") {
  for (const Verb& verb : verbs()) {
    CAPTURE(verb.name, verb.examples);
    const std::string start = "electra " + std::string(verb.name) + " ";
    std::size_t count = 0;
    for (std::size_t at = verb.examples.find(start); at != verb.examples.npos;
         at = verb.examples.find(start, at + 1))
      ++count;
    CHECK(count == 2);
    for (std::string_view rest = verb.examples; rest.find(" --") != rest.npos;) {
      const std::string option = "--" + word_behind(rest, " --");
      CAPTURE(option);
      CHECK(std::ranges::find(verb.options, option, &OptionInfo::name) != verb.options.end());
      rest.remove_prefix(rest.find(" --") + 3);
    }
  }
}

TEST_CASE("the usual values of an option are named in its help, and are the tasks of TASK",
          "[verbs]") {
  std::string all;
  for (const TaskInfo& task : tasks()) all += (all.empty() ? "" : " ") + std::string(task.name);
  for (const Verb& verb : verbs())
    for (const OptionInfo& option : verb.options) {
      CAPTURE(verb.name, option.name, option.choices);
      std::istringstream choices{std::string(option.choices)};
      for (std::string choice; choices >> choice;)
        CHECK(option.help.find(choice) != option.help.npos);
      if (option.name == "TASK" && !option.choices.empty()) CHECK(option.choices.starts_with(all));
    }
}

TEST_CASE("the verbs have the options that scripts rely on", "[verbs][law]") {
  const std::vector<std::pair<std::string, std::vector<std::string>>> promised{
      {"finetune",
       {"TASK",          "--model",        "--train",   "--eval", "--out",   "--text",
        "--text-b",      "--label",        "--epochs",  "--rate", "--batch", "--length",
        "--layer-decay", "--weight-decay", "--dropout", "--seed", "--seeds", "--threads",
        "--device",      "--precision",    "--resume",  "--set",  "--json"}},
      {"check",
       {"TASK", "--train", "--eval", "--model", "--length", "--text", "--text-b", "--label",
        "--strict", "--json"}},
      {"predict", {"DIR", "FILE", "--json"}},
      {"evaluate", {"TASK", "--model", "--data", "--against", "--text", "--label", "--json"}},
      {"detect", {"DIR", "FILE", "--json"}},
      {"fill", {"DIR", "FILE", "--top", "--json"}},
      {"score", {"DIR", "FILE", "--json"}},
      {"answer", {"DIR", "PASSAGE", "QUESTION", "--top", "--json"}},
      {"tokenize", {"DIR", "FILE", "--ids", "--json"}},
      {"vocab", {"--corpus", "--size", "--out", "--extend", "--json"}},
      {"info", {"DIR", "--json"}},
      {"prepare", {"--corpus", "--out", "--vocab", "--size", "--seed", "--set", "--json"}},
      {"pretrain", {"--preset",     "--corpus",     "--out",       "--steps",         "--minutes",
                    "--seed",       "--config",     "--set",       "--resume",        "--device",
                    "--threads",    "--precision",  "--objective", "--dump-examples", "--rank",
                    "--world-size", "--local-rank", "--master",    "--show-config",   "--json"}},
      {"export", {"DIR", "--out", "--as", "--json"}},
      {"import", {"DIR", "--out", "--json"}}};
  for (const auto& [name, options] : promised) {
    const auto verb = std::ranges::find(verbs(), name, &Verb::name);
    REQUIRE(verb != verbs().end());
    for (const std::string& option : options) {
      CAPTURE(name, option);
      CHECK(std::ranges::find(verb->options, option, &OptionInfo::name) != verb->options.end());
    }
  }
}
