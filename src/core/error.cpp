#include "electra/core/error.h"

#include <string_view>

namespace electra {

std::string to_string(Where where) {
  std::string_view file = where.file;
  if (const auto slash = file.rfind('/'); slash != std::string_view::npos && slash > 0) {
    if (const auto before = file.rfind('/', slash - 1); before != std::string_view::npos)
      file.remove_prefix(before + 1);
  }
  return std::string(file) + ":" + std::to_string(where.line);
}

}  // namespace electra
