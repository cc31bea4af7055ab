#pragma once

#include "arguments.h"
#include "electra/formats/model_directory.h"
#include "new_folder.h"

namespace electra {

/// Writes the model into the folder, which is that of --out, says what was left out and what
/// transformers makes otherwise of its texts, and prints the result, as --json says.
void write_copy(const ModelDirectory& model, ModelForm form, NewFolder& folder,
                const Arguments& arguments);

}  // namespace electra
