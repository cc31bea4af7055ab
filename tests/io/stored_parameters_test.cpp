#include "electra/io/stored_parameters.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

/// Names, shapes, padding and depth of the parameters of one store.
struct Declared {
  std::string name;
  Shape shape;
  Index padded_rows;
  int order;
};

class Model {
 public:
  explicit Model(const std::vector<Declared>& parameters, Precision precision = Precision::f32)
      : context_(Context::create({}, {.threads = 1})) {
    for (const auto& [name, shape, padded_rows, order] : parameters) {
      const Shape padded = shape.rank() == 2 ? Shape{padded_rows, shape.width()} : shape;
      ParameterScope(store_, "net", Network::generator, order)
          .declare(name, shape, {.padded = padded});
    }
    store_.allocate(*context_, precision);
    const DType exact = store_.master().dtype();
    moment_ = Buffer(*context_, store_.size() * size_of(exact));
    buffers_ = {{"parameters", store_.master()}, {"moment", moment_.view({store_.size()}, exact)}};
    context_->zero(buffers_.back().flat);
  }

  /// Sets every element of a parameter, padding too.
  void fill(const Parameter& parameter, TensorView flat, float first) {
    for (float& element : store_.piece(parameter, flat).span<float>()) element = first++;
  }
  ParameterStore& store() { return store_; }
  [[nodiscard]] const std::vector<StoredBuffer>& buffers() const { return buffers_; }

 private:
  std::unique_ptr<Context> context_;
  ParameterStore store_;
  Buffer moment_;
  std::vector<StoredBuffer> buffers_;
};

std::vector<float> rows_of(ParameterStore& store, const char* name, TensorView flat) {
  const Parameter& parameter = *store.find(name);
  const auto all = store.piece(parameter, flat).span<float>();
  return {all.begin(), all.begin() + parameter.shape.size()};
}

Checkpoint saved(Model& model, const TemporaryFolder& folder) {
  CheckpointWriter writer(folder.path(), 3);
  save_buffers(model.store(), model.buffers(), writer);
  return Checkpoint::open(writer.commit({}, 1));
}

}  // namespace

TEST_CASE("weights and moments come back in a store of another layout", "[checkpoint][law]") {
  const TemporaryFolder folder;
  Model from({{"a", {3, 2}, 4, 0}, {"b", {5}, 0, 1}});
  Model to({{"b", {5}, 0, 7}, {"a", {3, 2}, 64, 9}}, Precision::f32);
  float first = 1.0F;
  for (const auto& [file, flat] : from.buffers())
    for (const Parameter& parameter : from.store().parameters())
      from.fill(parameter, flat, first += 100.0F);
  for (const auto& [file, flat] : to.buffers())
    for (const Parameter& parameter : to.store().parameters())
      to.fill(parameter, flat, std::numeric_limits<float>::quiet_NaN());

  const Checkpoint checkpoint = saved(from, folder);
  load_buffers(checkpoint, to.store(), to.buffers());
  for (const char* name : {"net/a", "net/b"})
    for (std::size_t i = 0; i < 2; ++i)
      CHECK(rows_of(to.store(), name, to.buffers()[i].flat) ==
            rows_of(from.store(), name, from.buffers()[i].flat));
  CHECK(checkpoint.tensors("parameters").find("net/a")->shape == std::vector<Index>{3, 2});
}

TEST_CASE("a checkpoint of another model is refused by tensor", "[checkpoint]") {
  const TemporaryFolder folder;
  Model from({{"a", {3, 2}, 3, 0}, {"b", {5}, 0, 0}});
  const Checkpoint checkpoint = saved(from, folder);
  const auto message = [&](Model&& to) {
    return message_of<IoError>([&] { load_buffers(checkpoint, to.store(), to.buffers()); });
  };
  CHECK_THAT(message(Model({{"a", {2, 3}, 2, 0}, {"b", {5}, 0, 0}})),
             Contains("parameters.safetensors: tensor \"net/a\": expected the shape [2, 3], found "
                      "[3, 2]"));
  CHECK_THAT(message(Model({{"a", {3, 2}, 3, 0}, {"b", {5}, 0, 0}, {"c", {1}, 0, 0}})),
             Contains("tensor \"net/c\": missing"));
  CHECK_THAT(message(Model({{"a", {3, 2}, 3, 0}})), Contains("\"net/b\": unknown to this model"));
  CHECK_THAT(message(Model({{"a", {3, 2}, 3, 0}, {"b", {5}, 0, 0}}, Precision::f64)),
             Contains("tensor \"net/a\": expected F64, found F32"));
}

TEST_CASE("what is not finite is never saved, by name and place", "[checkpoint][law]") {
  const TemporaryFolder folder;
  Model model({{"a", {3, 2}, 4, 0}, {"b", {5}, 0, 0}});
  (void)saved(model, folder);
  const std::string before = read_file(folder / "checkpoint-3/state.json");
  for (std::size_t buffer = 0; buffer < 2; ++buffer)
    for (const Parameter& parameter : model.store().parameters()) {
      const TensorView piece = model.store().piece(parameter, model.buffers()[buffer].flat);
      piece.span<float>()[3] = std::numeric_limits<float>::quiet_NaN();
      CHECK_THAT(
          message_of<TrainingError>([&] { (void)saved(model, folder); }),
          Contains("checkpoint-3: not written: " + model.buffers()[buffer].file + " of " +
                   parameter.name + ": nan at " + (parameter.name == "net/a" ? "[1, 1]" : "[3]")));
      piece.span<float>()[3] = 0;
    }
  CHECK(read_file(folder / "checkpoint-3/state.json") == before);
  CHECK(folder.count() == 1);
}

TEST_CASE("a checkpoint that holds what is not finite is refused by name and place",
          "[checkpoint][law]") {
  const TemporaryFolder folder;
  const std::vector<float> good{1, 2, 3}, bad{1, 2, -std::numeric_limits<float>::infinity()};
  CheckpointWriter writer(folder.path(), 3);
  for (const char* file : {"parameters", "moment"}) {
    const auto& values = file == std::string("moment") ? bad : good;
    SafetensorsWriter tensors;
    tensors.add("net/a", ConstTensorView(values.data(), {3}, DType::f32));
    writer.write(file, tensors);
  }
  const Checkpoint checkpoint = Checkpoint::open(writer.commit({}, 1));
  Model to({{"a", {3}, 0, 0}});
  CHECK_THAT(message_of<TrainingError>([&] { load_buffers(checkpoint, to.store(), to.buffers()); }),
             Contains("checkpoint-3/moment.safetensors: tensor \"net/a\": -inf at [2]"));
  CHECK(rows_of(to.store(), "net/a", to.buffers()[0].flat) == std::vector<float>{0, 0, 0});
}
