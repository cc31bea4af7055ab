#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "electra/io/stored_tensor.h"
#include "formats/pickle.h"

namespace electra {

/// A storage that the tensors of a state dictionary name: elements that lie one after the other.
struct PytorchStorage {
  StoredType dtype = StoredType::f32;
  Index count = 0;                   // elements
  std::span<const std::byte> bytes;  // once it is known where they are
};

/// By key.
using PytorchStorages = std::map<std::string_view, PytorchStorage>;

/// The storages that a state dictionary needs; none is looked at. Throws IoError that begins with
/// `origin` and names the tensor, also of `tensors_of`.
[[nodiscard]] PytorchStorages storages_of(const Pickle& pickle, const std::string& origin);

/// The tensors of a state dictionary in its storages. They must be dense and row-major, lie in
/// their storage, and two of them either on the same elements or apart.
[[nodiscard]] std::vector<StoredTensor> tensors_of(const Pickle& pickle,
                                                   const PytorchStorages& storages,
                                                   const std::string& origin);

}  // namespace electra
