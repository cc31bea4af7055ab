#include "electra/io/stored_parameters.h"

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/finite.h"
#include "io/json.h"

namespace electra {
namespace {

/// "moment_1 of discriminator/head/score/weight: nan at [3]".
std::string text_of(const std::string& file, const Parameter& parameter, const NonFinite& bad) {
  return file + " of " + parameter.name + ": " + to_string(bad, parameter.shape);
}

void save(const ParameterStore& store, const StoredBuffer& buffer, CheckpointWriter& checkpoint) {
  const TensorView flat = buffer.flat;
  std::vector<std::byte> bytes(static_cast<std::size_t>(flat.bytes()));
  store.context().download(flat, bytes);
  SafetensorsWriter writer;
  for (const Parameter& parameter : store.parameters()) {
    const std::byte* data = bytes.data() + parameter.offset * size_of(flat.dtype());
    const ConstTensorView tensor(data, parameter.shape, flat.dtype());
    const std::span elements(data, static_cast<std::size_t>(tensor.bytes()));
    if (const auto bad = first_non_finite(elements, flat.dtype()))
      throw TrainingError(checkpoint.folder().string() +
                          ": not written: " + text_of(buffer.file, parameter, *bad) +
                          "; the checkpoint before it stays the newest");
    writer.add(parameter.name, tensor);
  }
  checkpoint.write(buffer.file, writer);
}

/// Throws unless the file has exactly the store's parameters, and finite numbers for all of them.
void check(const SafetensorsFile& file, const ParameterStore& store, DType dtype) {
  for (const Parameter& parameter : store.parameters()) {
    const StoredTensor& tensor = file.get(parameter.name, parameter.shape.extents());
    if (tensor.dtype != stored_type(dtype))
      throw IoError(file.path().string() + ": tensor " + json_string(tensor.name) + ": expected " +
                    std::string(to_string(stored_type(dtype))) + ", found " +
                    std::string(to_string(tensor.dtype)));
    if (const auto bad = first_non_finite(tensor.bytes, dtype))
      throw TrainingError(file.path().string() + ": tensor " + json_string(tensor.name) + ": " +
                          to_string(*bad, parameter.shape) +
                          ": nothing can be learned from it; remove the checkpoint to resume from "
                          "the one before");
  }
  for (const StoredTensor& tensor : file.tensors())
    if (store.find(tensor.name) == nullptr)
      throw IoError(file.path().string() + ": tensor " + json_string(tensor.name) +
                    ": unknown to this model");
}

/// The rows of a parameter that are not padding.
TensorView logical_rows(const Parameter& parameter, TensorView flat) {
  return flat.slice(parameter.offset, parameter.shape.size()).reshape(parameter.shape);
}

}  // namespace

void save_buffers(const ParameterStore& store, std::span<const StoredBuffer> buffers,
                  CheckpointWriter& checkpoint) {
  for (const StoredBuffer& buffer : buffers) save(store, buffer, checkpoint);
}

void load_buffers(const Checkpoint& checkpoint, const ParameterStore& store,
                  std::span<const StoredBuffer> buffers) {
  std::vector<SafetensorsFile> files;
  for (const StoredBuffer& buffer : buffers) {
    files.push_back(checkpoint.tensors(buffer.file));
    check(files.back(), store, buffer.flat.dtype());
  }
  for (std::size_t i = 0; i < buffers.size(); ++i)
    for (const Parameter& parameter : store.parameters())
      store.context().upload(files[i].find(parameter.name)->bytes,
                             logical_rows(parameter, buffers[i].flat));
}

}  // namespace electra
