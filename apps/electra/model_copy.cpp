#include "model_copy.h"

#include <nlohmann/json.hpp>
#include <string>

#include "output.h"
#include "support/progress_line.h"

namespace electra {

void write_copy(const ModelDirectory& model, ModelForm form, NewFolder& folder,
                const Arguments& arguments) {
  for (const std::string& line : model.remarks()) say(line);
  model.save(folder.making(), form);
  folder.commit();
  const StoredTokenizer& tokenizer = model.tokenizer();
  for (const std::string& line :
       differences_of_transformers(tokenizer.options, tokenizer.vocabulary))
    say(line);
  const std::string out = arguments.text("--out"),
                    architecture(architecture_in(form, model.network()));
  const Index parameters = model.parameters();
  if (arguments.has("--json"))
    print_json({{"out", out}, {"architecture", architecture}, {"parameters", parameters}});
  else
    print_line(out + "\t" + architecture + "\t" + std::to_string(parameters));
  flush_results();
}

}  // namespace electra
