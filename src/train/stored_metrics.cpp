#include "train/stored_metrics.h"

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "electra/core/error.h"
#include "electra/io/safetensors.h"

namespace electra {

namespace {

std::array<std::pair<const char*, TensorView>, 3> named(const MetricSums& sums) {
  return {{{"loss", sums.loss}, {"count", sums.count}, {"histogram", sums.histogram}}};
}

}  // namespace

void save_metrics(const MetricSums& sums, Context& context, CheckpointWriter& checkpoint) {
  std::array<std::vector<std::byte>, 3> values;
  SafetensorsWriter writer;
  for (std::size_t i = 0; const auto& [name, view] : named(sums)) {
    std::vector<std::byte>& bytes = values[i++];
    bytes.resize(static_cast<std::size_t>(view.bytes()));
    context.download(view, bytes);
    writer.add(name, ConstTensorView(bytes.data(), view.shape(), view.dtype()));
  }
  checkpoint.write("metrics", writer);
}

void load_metrics(const Checkpoint& checkpoint, Context& context, const MetricSums& sums) {
  const SafetensorsFile file = checkpoint.tensors("metrics");
  for (const auto& [name, view] : named(sums)) {
    const StoredTensor& tensor = file.get(name, view.shape().extents());
    if (tensor.dtype != stored_type(view.dtype()))
      throw IoError(file.path().string() + ": " + name + ": expected " +
                    std::string(to_string(stored_type(view.dtype()))) + ", found " +
                    std::string(to_string(tensor.dtype)));
    context.upload(tensor.bytes, view);
  }
}

}  // namespace electra
