#pragma once

#include <filesystem>
#include <span>

#include "electra/core/atomic_file.h"
#include "electra/core/shape.h"

namespace electra {

/// A matrix of f32 in NumPy's format (version 1.0), row by row; the file appears whole, by commit.
class NpyFile {
 public:
  /// Throws IoError if it cannot be written.
  NpyFile(const std::filesystem::path& path, Index width);
  void add(std::span<const float> row);
  /// How many rows there are. Nothing may follow.
  Index commit();

 private:
  AtomicFile file_;
  Index width_, rows_ = 0;
};

}  // namespace electra
