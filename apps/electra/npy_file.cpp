#include "npy_file.h"

#include <cstddef>
#include <string>

namespace electra {

namespace {

/// 128 bytes however many rows there are, so that it can be written again at the end: magic,
/// version, the length of what follows, a Python dictionary, blanks, end of line
/// (numpy.lib.format).
std::string header(Index rows, Index width) {
  constexpr std::size_t size = 128, before = 10;
  std::string text("\x93NUMPY\x01\x00", 8);
  text += static_cast<char>(size - before);
  text += '\0';
  text += "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(rows) + ", " +
          std::to_string(width) + "), }";
  text.resize(size - 1, ' ');
  return text + '\n';
}

}  // namespace

NpyFile::NpyFile(const std::filesystem::path& path, Index width) : file_(path), width_(width) {
  file_.write(header(0, width_));
}

void NpyFile::add(std::span<const float> row) {
  file_.write(std::as_bytes(row));
  ++rows_;
}

Index NpyFile::commit() {
  const std::string all = header(rows_, width_);
  file_.overwrite(0, std::as_bytes(std::span(all)));
  file_.commit();
  return rows_;
}

}  // namespace electra
