#include "electra/finetune/finetuning.h"

#include <catch2/catch.hpp>

#include "electra/formats/weights.h"
#include "finetune/tiny_task.h"
#include "support/near.h"

using namespace electra;
using namespace electra::test;

namespace {

/// Every weight of a model, in the order of names.
std::vector<double> weights_of(const std::filesystem::path& model) {
  std::vector<double> all;
  const TensorSource source = open_weights(model);
  for (const StoredTensor& tensor : source.tensors()) {
    std::vector<float> values(static_cast<std::size_t>(tensor.size()));
    source.read_f32(tensor, 0, values);
    all.insert(all.end(), values.begin(), values.end());
  }
  return all;
}

/// What a task's first steps come to on a device: batches of several lengths, one of them short.
std::vector<double> trained(const std::string& task, const std::string& device) {
  TinyTask tiny(task, 28);
  tiny.options.config.device = device;
  tiny.options.config.epochs = 1;
  tiny.options.config.schedule.peak = 1e-4;
  REQUIRE(tiny.run().end == RunResult::End::finished);
  return weights_of(tiny.options.out);
}

}  // namespace

TEST_CASE("fine-tuning on a GPU ends where it ends on a CPU", "[cuda][finetuning]") {
  const std::string task = GENERATE("classify", "multilabel", "regress", "tag", "answer", "embed");
  CAPTURE(task);
  CHECK(relative_error(trained(task, "cuda"), trained(task, "cpu"), 0) < 1e-4);
}
