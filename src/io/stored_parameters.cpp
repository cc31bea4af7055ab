#include "electra/io/stored_parameters.h"

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "io/json.h"

namespace electra {
namespace {

void save(const ParameterStore& store, const StoredBuffer& buffer, CheckpointWriter& checkpoint) {
  const TensorView flat = buffer.flat;
  std::vector<std::byte> bytes(static_cast<std::size_t>(flat.bytes()));
  store.context().download(flat, bytes);
  SafetensorsWriter writer;
  for (const Parameter& parameter : store.parameters()) {
    const std::byte* data = bytes.data() + parameter.offset * size_of(flat.dtype());
    writer.add(parameter.name, ConstTensorView(data, parameter.shape, flat.dtype()));
  }
  checkpoint.write(buffer.file, writer);
}

/// Throws unless the file has exactly the store's parameters.
void check(const SafetensorsFile& file, const ParameterStore& store, DType dtype) {
  for (const Parameter& parameter : store.parameters()) {
    const StoredTensor& tensor = file.get(parameter.name, parameter.shape.extents());
    if (tensor.dtype != stored_type(dtype))
      throw IoError(file.path().string() + ": tensor " + json_string(tensor.name) + ": expected " +
                    std::string(to_string(stored_type(dtype))) + ", found " +
                    std::string(to_string(tensor.dtype)));
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
