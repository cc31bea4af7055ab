// NaN and infinity, put in turn into every weight, sum and figure of a run, end it by name.

#include <catch2/catch.hpp>
#include <cmath>
#include <cstring>

#include "electra/io/checkpoint.h"
#include "pretrain/poisoned.h"
#include "pretrain/tiny_run.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;
using Catch::Matchers::StartsWith;

namespace {

namespace fs = std::filesystem;

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<std::string> weights(const PretrainConfig& config) {
  ParameterStore store;
  const auto objective = make_objective(store, config, SpecialIds{});
  std::vector<std::string> names;
  for (const Parameter& parameter : store.parameters()) names.push_back(parameter.name);
  return names;
}

/// The last value: of the table of places one that no step reads.
void set_last(ParameterStore& store, const std::string& name, double value) {
  const Parameter& parameter = *store.find(name);
  parameter.master.span<float>()[static_cast<std::size_t>(parameter.shape.size()) - 1] =
      static_cast<float>(value);
}

/// Writes a checkpoint anew with one value changed, so that its checksums fit.
void change(const Checkpoint& checkpoint, const std::string& changed_file, const std::string& name,
            float value) {
  CheckpointWriter writer(checkpoint.path().parent_path(), checkpoint.step());
  std::vector<SafetensorsFile> files;
  std::vector<std::byte> bytes;
  for (const char* file : {"parameters", "moment_1", "moment_2", "metrics"}) {
    files.push_back(checkpoint.tensors(file));
    SafetensorsWriter tensors;
    for (StoredTensor tensor : files.back().tensors()) {
      if (file == changed_file && tensor.name == name) {
        bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
        std::memcpy(bytes.data(), &value, sizeof value);
        tensor.bytes = bytes;
      }
      tensors.add(tensor);
    }
    writer.write(file, tensors);
  }
  (void)writer.commit(checkpoint.state(), 9);
}

}  // namespace

TEST_CASE("NaN or infinity in any first weight begins no run, and names it", "[non_finite][law]") {
  const std::vector<std::string> names = weights(tiny_config());
  REQUIRE(names.size() > 40);
  for (const std::string& name : names)
    for (const double value : {not_a_number, -infinity}) {
      INFO(name << " " << value);
      const std::string message =
          Poisonable().message([&](ParameterStore& store) { set_last(store, name, value); });
      CHECK_THAT(message, StartsWith("the first weights: " + name + ": ") &&
                              Contains(std::isnan(value) ? ": nan at [" : ": -inf at ["));
    }
}

TEST_CASE("NaN or infinity that comes into any weight ends the run, and names it",
          "[non_finite][law]") {
  for (const std::string& name : weights(tiny_config()))
    for (const double value : {not_a_number, infinity}) {
      INFO(name << " " << value);
      Poisonable run;
      run.spoil = [&](ParameterStore& store) { set_last(store, name, value); };
      const std::string message = run.message();
      CHECK_THAT(message, Contains(name + ": "));
      CHECK(run.last_line().at("reason") == "error");
      CHECK(run.last_line().at("error") == message);
    }
}

TEST_CASE("a weight that no step reads is found before the next checkpoint is written",
          "[non_finite][law]") {
  Poisonable run;
  run.spoil = [](ParameterStore& store) {
    set_last(store, "shared/embeddings/position", not_a_number);
  };
  CHECK_THAT(run.message(), Contains("checkpoint-4: not written: parameters of "
                                     "shared/embeddings/position: nan at [511, 63]"));
}

TEST_CASE("a sum or a figure that is not finite ends the run, and is named", "[non_finite][law]") {
  const PretrainConfig config = tiny_config();
  ParameterStore store;
  const auto objective = make_objective(store, config, SpecialIds{});
  std::vector<std::pair<Poison, std::string>> cases;
  for (const When when : {When::training, When::evaluation})
    for (const double value : {not_a_number, infinity, -infinity}) {
      for (const Figure& figure : objective->figures())
        cases.push_back({{.when = when, .figure = std::string(figure.key), .value = value},
                         std::string(figure.key)});
      const char* of_loss[] = {"mlm_loss", "disc_loss"};
      for (const SumPiece& piece : objective->sums())
        for (Index place = 0; piece.kind == SumPiece::Kind::sum && place < piece.shape.size();
             ++place)
          cases.push_back(
              {{.when = when, .sum = piece.name, .place = place, .value = value}, of_loss[place]});
    }
  CHECK(cases.size() == 6 * (9 + 2));
  for (const auto& [poison, name] : cases) {
    INFO(poison.sum << poison.place << " " << poison.figure << " " << poison.value);
    Poisonable run;
    run.poison = poison;
    const std::string message = run.message();
    const bool held_out = poison.when == When::evaluation;
    CHECK_THAT(message, StartsWith(held_out ? "held out at step 0: " : "step 2: ") &&
                            Contains(name + " is not finite (" + number_text(poison.value) + ")"));
    CHECK(run.last_line().at("error") == message);
    CHECK(run.last_line().at("reason") == "error");
  }
}

TEST_CASE("a sum that is not finite ends the run although no figure shows it",
          "[non_finite][law]") {
  for (const When when : {When::training, When::evaluation}) {
    Poisonable run;
    run.poison = {.when = when, .sum = "loss", .place = 1, .no_figures = true};
    CHECK_THAT(run.message(), Contains("the sum loss[1] is not finite (nan)"));
  }
}

TEST_CASE("a checkpoint whose checksums fit and whose numbers are not finite is not resumed from",
          "[non_finite][law]") {
  TinyRun run;
  run.stop_after(6);
  run.run();
  run.do_not_stop();
  const std::string log = read_file(run.out().log()), config = read_file(run.out().config());
  const Checkpoint good = *latest_checkpoint(run.out().checkpoints()).checkpoint;
  REQUIRE(good.step() == 6);
  const std::string weight = "discriminator/head/score/weight";
  for (const char* file : {"parameters", "moment_1", "moment_2"}) {
    change(good, file, weight, std::numeric_limits<float>::quiet_NaN());
    CHECK_THAT(message_of<TrainingError>([&] { run.resume(); }),
               Contains("checkpoint-6/" + std::string(file) + ".safetensors") && Contains(weight) &&
                   Contains("nan at [0"));
    change(Checkpoint::open(good.path()), file, weight, 0);
  }
  change(good, "metrics", "loss", std::numeric_limits<float>::infinity());
  CHECK_THAT(message_of<TrainingError>([&] { run.resume(); }),
             Contains("metrics.safetensors: the sum loss: inf at [0]"));
  CHECK(read_file(run.out().log()) == log);
  CHECK(read_file(run.out().config()) == config);
  fs::remove_all(good.path());
  CHECK(run.resume().step == 12);  // from the one before
}

TEST_CASE("choosing the steps of a run that diverges ends by name", "[non_finite]") {
  TinyRun run;
  run.options.config.schedule.peak = 1e38;
  run.options.config.schedule.warmup = 0;
  run.options.config.optimizer.clip_norm = 0;
  run.options.minutes = 0.1;
  run.options.measured = 0.2;
  CHECK_THAT(message_of<TrainingError>([&] { run.run(); }), Contains("not finite"));
}

TEST_CASE("minutes are a positive and finite number", "[non_finite]") {
  TinyRun run;
  for (const double minutes : {not_a_number, infinity, -infinity, 0.0, -1.0}) {
    run.options.minutes = minutes;
    CHECK_THAT(message_of<ConfigError>([&] { run.run(); }),
               StartsWith("minutes: expected a positive number, found "));
  }
  CHECK_FALSE(fs::exists(run.options.out));
}

TEST_CASE("published weights that are not finite begin no run: tensor and folder are named",
          "[pretraining]") {
  TinyRun first;
  first.run();
  for (const bool generator : {false, true}) {
    TinyRun second;
    second.options.config.initialize.generator = first.out().generator().string();
    second.options.config.initialize.discriminator = first.out().discriminator().string();
    second.options.config.model.sharing = Sharing::none;
    const fs::path folder = generator ? first.out().generator() : first.out().discriminator();
    const std::string good = read_file(folder / "model.safetensors");
    std::string bad = good;
    for (std::size_t i = bad.size() - 8; i < bad.size(); ++i) bad[i] = '\xff';  // two f32: NaN
    write_file(folder / "model.safetensors", bad);
    CHECK_THAT(message_of<IoError>([&] { second.run(); }),
               Contains(folder.string()) && Contains(": nan at ["));
    CHECK_FALSE(fs::exists(second.out().config()));
    write_file(folder / "model.safetensors", good);
  }
}

TEST_CASE("NaN in what two published networks share is named", "[pretraining]") {
  TinyRun first, second;
  first.run();
  second.options.config.initialize.generator = first.out().generator().string();
  second.options.config.initialize.discriminator = first.out().discriminator().string();
  for (const fs::path& folder : {first.out().generator(), first.out().discriminator()}) {
    const SafetensorsFile file = SafetensorsFile::open(folder / "model.safetensors");
    SafetensorsWriter writer;
    std::vector<std::byte> bytes;
    for (StoredTensor tensor : file.tensors()) {
      if (tensor.name.ends_with("position_embeddings.weight")) {
        bytes.assign(tensor.bytes.begin(), tensor.bytes.end());
        std::fill_n(bytes.begin(), 4, std::byte{0xff});
        tensor.bytes = bytes;
      }
      writer.add(tensor);
    }
    writer.write(folder / "model.safetensors", file.metadata());
  }
  CHECK_THAT(message_of<IoError>([&] { second.run(); }),
             Contains("electra.embeddings.position_embeddings.weight: nan at [0, 0]"));
}
