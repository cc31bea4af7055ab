#include "electra/kernels/text_rows.h"

#include <string>

namespace electra {

void TextRows::check(const Checker& checker) const {
  checker.that(batch >= 0 && length >= 1,
               "rows of 0 or more texts, each of length 1 or more, found " + std::to_string(batch) +
                   " of length " + std::to_string(length));
  checker.tensor("rows.lengths", lengths, {batch}, DType::i32);
}

}  // namespace electra
