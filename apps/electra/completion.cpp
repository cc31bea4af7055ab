#include "completion.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "electra/tasks/task.h"

namespace electra {

namespace {

// Values that are paths, by what help calls them.
constexpr std::array<std::string_view, 4> files{"FILE", "PATH", "OLD", "PASSAGE"};

constexpr std::string_view opening =
    R"bash(# How bash completes electra: printed by electra --completion.

# What an argument, told by its place, or an option's value is: a flag has none.
_electra_takes() {
  case $1 in
    *' --help') echo flag ;;
)bash";

constexpr std::string_view between = R"bash(  esac
}

_electra_options() {
  case $1 in
)bash";

constexpr std::string_view closing = R"bash(  esac
}

# _electra_complete WORD KIND [CHOICE …]
_electra_complete() {
  local word=$1 kind=$2
  shift 2
  case $kind in
    words) mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word") ;;
    file | directory)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -A "$kind" -- "$word")
      ;;
  esac
}

_electra() {
  local word=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} option='' place=1 i takes
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _electra_complete "$word" words "$_electra_verbs --help --version"
    return
  fi
  for ((i = 2; i < COMP_CWORD; ++i)); do
    case ${COMP_WORDS[i]} in
      = | :) [[ $option ]] || ((++i)) ;; # bash makes three words of PATH=VALUE
      *)
        if [[ $option ]]; then
          option=''
        elif [[ ${COMP_WORDS[i]} == -?* ]]; then
          option=${COMP_WORDS[i]}
          [[ $(_electra_takes "$verb $option") != flag ]] || option=''
        else
          ((++place))
        fi
        ;;
    esac
  done
  ((i == COMP_CWORD)) || return 0
  [[ $word != = ]] || word=''
  takes=$(_electra_takes "$verb ${option:-$place}")
  if [[ ! $option && (! $takes || $word == -*) ]]; then
    takes="words $(_electra_options "$verb")"
  fi
  # shellcheck disable=SC2086
  _electra_complete "$word" ${takes:-nothing}
}
complete -F _electra electra
)bash";

bool is_argument(const OptionInfo& option) { return !option.name.starts_with('-'); }

std::string task_names() {
  std::string names;
  for (const TaskInfo& task : tasks()) names += " " + std::string(task.name);
  return names;
}

/// What completes a value; empty: nothing.
std::string takes(const OptionInfo& option) {
  if (option.kind == OptionInfo::Kind::flag) return "flag";
  if (!option.choices.empty()) return "words " + std::string(option.choices);
  if (option.name == "TASK") return "words" + task_names();
  const std::string_view value = is_argument(option) ? option.name : option.value;
  if (value == "DIR") return "directory";
  return std::ranges::find(files, value) != files.end() ? "file" : "";
}

/// A line for each argument and option that something completes.
std::string takes_of(const Verb& verb) {
  std::string lines;
  int place = 0;
  for (const OptionInfo& option : verb.options) {
    const std::string name =
        is_argument(option) ? std::to_string(++place) : std::string(option.name);
    if (const std::string what = takes(option); !what.empty())
      lines += "    '" + std::string(verb.name) + " " + name + "') echo " + what + " ;;\n";
  }
  return lines;
}

std::string options_of(const Verb& verb) {
  std::string line = "    " + std::string(verb.name) + ") echo '--help";
  for (const OptionInfo& option : verb.options)
    if (!is_argument(option)) line += " " + std::string(option.name);
  return line + "' ;;\n";
}

}  // namespace

std::string bash_completion(std::span<const Verb> verbs) {
  std::string names, all_takes, all_options;
  for (const Verb& verb : verbs) {
    names += (names.empty() ? "" : " ") + std::string(verb.name);
    all_takes += takes_of(verb);
    all_options += options_of(verb);
  }
  return std::string(opening) + all_takes + std::string(between) + all_options +
         std::string(closing).replace(closing.find("$_electra_verbs"),
                                      std::string_view("$_electra_verbs").size(), names);
}

}  // namespace electra
