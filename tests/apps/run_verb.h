#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "electra/core/file.h"
#include "support/temporary_folder.h"
#include "verbs.h"

namespace electra::test {

/// What a verb did.
struct VerbRun {
  int code = 0;
  std::string said, errors;  // standard output and error

  [[nodiscard]] std::vector<std::string> lines() const {
    std::istringstream text(said);
    std::vector<std::string> all;
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }
  /// Of --json: the object of each line.
  [[nodiscard]] std::vector<nlohmann::ordered_json> objects() const {
    std::vector<nlohmann::ordered_json> all;
    for (const std::string& line : lines()) all.push_back(nlohmann::ordered_json::parse(line));
    return all;
  }
};

/// A descriptor of this process is a file while this lives.
class Redirected {
 public:
  Redirected(int descriptor, const std::filesystem::path& file, int flags)
      : descriptor_(descriptor), kept_(dup(descriptor)) {
    std::fflush(nullptr);
    const int opened = open(file.c_str(), flags, 0600);
    REQUIRE(opened >= 0);
    dup2(opened, descriptor_);
    close(opened);
  }
  ~Redirected() {
    std::fflush(nullptr);
    dup2(kept_, descriptor_);
    close(kept_);
  }
  Redirected(const Redirected&) = delete;
  Redirected& operator=(const Redirected&) = delete;

 private:
  int descriptor_, kept_;
};

inline const Verb& verb_named(const std::string& name) {
  const auto found = std::ranges::find(verbs(), name, &Verb::name);
  REQUIRE(found != verbs().end());
  return *found;
}

/// A command line such as {"detect", "DIR", "--json"}.
inline Arguments arguments_of(const Verb& verb, const std::vector<std::string>& words) {
  Arguments arguments(verb.options, words);
  auto place = verb.options.begin();
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (!words[i].starts_with("--")) {
      arguments.add((place++)->name, words[i]);
      continue;
    }
    const auto option = std::ranges::find(verb.options, words[i], &OptionInfo::name);
    REQUIRE(option != verb.options.end());
    arguments.add(option->name, option->kind == OptionInfo::Kind::flag ? "true" : words.at(++i));
  }
  return arguments;
}

/// Runs a verb in this process; `input` is its standard input. What it throws comes through.
inline VerbRun run_verb(const std::vector<std::string>& words, const std::string& input = "") {
  const Verb& verb = verb_named(words.front());
  const Arguments arguments = arguments_of(verb, words);
  const TemporaryFolder folder;
  write_file(folder / "in", input);
  VerbRun run;
  {
    const Redirected in(STDIN_FILENO, folder / "in", O_RDONLY);
    const Redirected out(STDOUT_FILENO, folder / "out", O_WRONLY | O_CREAT);
    const Redirected errors(STDERR_FILENO, folder / "errors", O_WRONLY | O_CREAT);
    run.code = verb.run(arguments);
  }
  run.said = read_file(folder / "out");
  run.errors = read_file(folder / "errors");
  return run;
}

/// Texts as the lines of a file.
inline std::string lines_of(const std::vector<std::string>& texts) {
  std::string all;
  for (const std::string& text : texts) all += text + '\n';
  return all;
}

}  // namespace electra::test
