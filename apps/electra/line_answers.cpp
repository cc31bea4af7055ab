#include "line_answers.h"

#include <nlohmann/json.hpp>

#include "electra/data/unicode.h"
#include "support/progress_line.h"

namespace electra {

int AnswerTally::finish(const std::string& who) const {
  const std::string of_all = " of " + std::to_string(count);
  if (cut > 0)
    say(who + ": " + std::to_string(cut) + of_all +
        " texts were longer than the model reads, and are cut");
  if (refused == 0) return 0;
  say(who + ": " + std::to_string(refused) + of_all + " not answered");
  return 1;
}

void LineAnswers::refuse(const std::string& line, const std::string& why) {
  ++tally_.refused;
  say(options_.who + ": " + options_.file + ", line " + std::to_string(tally_.count) + ": " + why);
  if (options_.json) return print_json({{options_.key, well_formed(line)}, {"error", why}});
  if (options_.form == Form::cells)
    return print_line("error\t" + text_cell(why) + "\t" + text_cell(line));
  print_line(line);
  print_line("  error: " + text_cell(why));
}

}  // namespace electra
