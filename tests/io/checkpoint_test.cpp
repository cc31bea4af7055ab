#include "electra/io/checkpoint.h"

#include <catch2/catch.hpp>
#include <limits>
#include <string>
#include <vector>

#include "electra/core/append_file.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

std::filesystem::path save(const std::filesystem::path& root, Index step, Index keep = 5,
                           float first = 1.0F) {
  const std::vector<float> values{first, 2.0F, 3.0F};
  SafetensorsWriter tensors;
  tensors.add("w", ConstTensorView(values.data(), {3}, DType::f32));
  CheckpointWriter writer(root, step);
  writer.write("parameters", tensors);
  return writer.commit({{"seed", std::int64_t{7}}, {"loss", 1.0}, {"hash", "abc"}}, keep);
}

std::vector<std::string> names(const std::filesystem::path& root) {
  std::vector<std::string> names;
  for (const auto& folder : list_checkpoints(root)) names.push_back(folder.filename().string());
  return names;
}

void change_byte(const std::filesystem::path& path, std::size_t at) {
  std::string text = read_file(path);
  text.at(at) ^= 1;
  write_file(path, text);
}

}  // namespace

TEST_CASE("a checkpoint gives back its tensors and its state", "[checkpoint]") {
  const TemporaryFolder folder;
  const auto path = save(folder / "checkpoints", 120);
  CHECK(path == folder / "checkpoints/checkpoint-120");
  const auto checkpoint = Checkpoint::open(path);
  CHECK(checkpoint.step() == 120);
  CHECK(checkpoint.integer("seed") == 7);
  CHECK(checkpoint.number("loss") == 1.0);
  CHECK(checkpoint.text("hash") == "abc");
  CHECK(checkpoint.state().size() == 3);
  const auto file = checkpoint.tensors("parameters");
  std::vector<float> values(3, std::numeric_limits<float>::quiet_NaN());
  file.read_f32(file.get("w", std::vector<Index>{3}), values);
  CHECK(values == std::vector<float>{1.0F, 2.0F, 3.0F});

  CHECK_THAT(message_of<IoError>([&] { (void)checkpoint.integer("none"); }),
             Contains("state.json: expected an integer as \"none\", found none"));
  CHECK_THAT(message_of<IoError>([&] { (void)checkpoint.number("seed"); }),
             Contains("expected a number as \"seed\", found another type"));
  CHECK_THAT(message_of<IoError>([&] { (void)checkpoint.tensors("moment_1"); }),
             Contains("expected the file moment_1.safetensors, found none"));
}

TEST_CASE("numbers of the state come back exactly", "[checkpoint][law]") {
  const TemporaryFolder folder;
  const CheckpointState state{{"low", std::numeric_limits<std::int64_t>::min()},
                              {"high", std::numeric_limits<std::int64_t>::max()},
                              {"zero", std::int64_t{0}},
                              {"sum", 0.1 + 0.2},
                              {"whole", 3.0},
                              {"tiny", std::numeric_limits<double>::denorm_min()},
                              {"huge", std::numeric_limits<double>::max()},
                              {"text", "line\n\"\xC3\xA9\""}};
  CheckpointWriter writer(folder.path(), 0);
  CHECK(Checkpoint::open(writer.commit(state, 1)).state() == state);
  CHECK_THROWS_AS(CheckpointWriter(folder.path(), 1)
                      .commit({{"nan", std::numeric_limits<double>::quiet_NaN()}}, 1),
                  IoError);
  CHECK_THROWS_AS(CheckpointWriter(folder.path(), 1).commit({{"text", "\xff"}}, 1), IoError);
  CHECK_THROWS_AS(CheckpointWriter(folder.path(), 1).commit({}, 0), ConfigError);
  CHECK(names(folder.path()) == std::vector<std::string>{"checkpoint-0"});
  CHECK(folder.count() == 1);
}

TEST_CASE("the newest checkpoints are kept, ordered by number", "[checkpoint]") {
  const TemporaryFolder folder;
  for (const Index step : {1, 9, 10, 100}) save(folder.path(), step, 3);
  CHECK(names(folder.path()) ==
        std::vector<std::string>{"checkpoint-100", "checkpoint-10", "checkpoint-9"});
  save(folder.path(), 50, 1);  // even if later steps are there, the one just written stays
  CHECK(names(folder.path()) == std::vector<std::string>{"checkpoint-50"});
  CHECK(list_checkpoints(folder / "none").empty());
  CHECK_FALSE(latest_checkpoint(folder / "none").checkpoint);
}

TEST_CASE("a checkpoint of the same step is replaced whole", "[checkpoint]") {
  const TemporaryFolder folder;
  save(folder.path(), 5, 5, 1.0F);
  const auto file = Checkpoint::open(save(folder.path(), 5, 5, 4.0F)).tensors("parameters");
  std::vector<float> values(3, std::numeric_limits<float>::quiet_NaN());
  file.read_f32(*file.find("w"), values);
  CHECK(values[0] == 4.0F);
  CHECK(folder.count() == 1);
}

TEST_CASE("an interrupted checkpoint is never seen, and is cleared away", "[checkpoint][law]") {
  const TemporaryFolder folder;
  save(folder.path(), 1);
  {
    CheckpointWriter writer(folder.path(), 2);
    writer.write("parameters", SafetensorsWriter());
    CHECK(folder.count() == 2);
    CHECK(latest_checkpoint(folder.path()).checkpoint->step() == 1);
  }
  CHECK(folder.count() == 1);
  std::filesystem::create_directory(folder / ".checkpoint-7.partial");
  write_file(folder / ".checkpoint-7.partial/parameters.safetensors", "half");
  CHECK(latest_checkpoint(folder.path()).checkpoint->step() == 1);
  save(folder.path(), 3);
  CHECK(folder.count() == 2);
}

TEST_CASE("a damaged checkpoint is passed over with the reason", "[checkpoint]") {
  const TemporaryFolder folder;
  save(folder.path(), 1);
  const auto path = save(folder.path(), 2);
  const std::string state = read_file(path / "state.json");
  const auto reason = [&] {
    const auto latest = latest_checkpoint(folder.path());
    REQUIRE(latest.checkpoint);
    CHECK(latest.checkpoint->step() == 1);
    REQUIRE(latest.passed_over.size() == 1);
    save(folder.path(), 2);
    return latest.passed_over[0];
  };
  const auto tensors = path / "parameters.safetensors";
  change_byte(tensors, read_file(tensors).size() - 1);
  CHECK_THAT(reason(), Contains("checkpoint-2/parameters.safetensors: damaged"));
  write_file(tensors, "short");
  CHECK_THAT(reason(), Contains("parameters.safetensors: expected") && Contains("bytes, found 5"));
  std::filesystem::remove(tensors);
  CHECK_THAT(reason(), Contains("parameters.safetensors") && Contains("No such file"));
  std::filesystem::remove(path / "state.json");
  CHECK_THAT(reason(), Contains("checkpoint-2/state.json") && Contains("No such file"));
  write_file(path / "state.json", state.substr(0, state.size() / 2));
  CHECK_THAT(reason(), Contains("state.json: not JSON"));
  write_file(path / "state.json", "{}");
  CHECK_THAT(reason(), Contains("state.json: expected \"contents\""));
  change_byte(path / "state.json", state.find("abc"));
  CHECK_THAT(reason(), Contains("state.json: damaged"));
  write_file(folder / "checkpoint-9", "a file, not a folder");
  std::filesystem::create_directory(folder / "checkpoint-x");
  CHECK(names(folder.path()) == std::vector<std::string>{"checkpoint-2", "checkpoint-1"});
}

TEST_CASE("any changed byte of a state is noticed or harmless", "[checkpoint][law]") {
  const TemporaryFolder folder;
  const auto path = save(folder.path(), 2);
  const auto whole = Checkpoint::open(path).state();
  const std::string state = read_file(path / "state.json");
  for (std::size_t at = 0; at < state.size(); ++at) {
    for (const int bit : {0, 2, 5}) {
      std::string changed = state;
      changed[at] = static_cast<char>(changed[at] ^ (1 << bit));
      AppendFile(path / "state.json", AppendFile::Mode::replace).write(changed);
      try {
        const auto checkpoint = Checkpoint::open(path);
        CHECK((checkpoint.state() == whole && checkpoint.step() == 2));
      } catch (const IoError&) {
      }
    }
  }
}

TEST_CASE("the newest whole state is read without its tensors", "[checkpoint]") {
  const TemporaryFolder folder;
  CHECK_FALSE(latest_state(folder / "missing"));
  (void)save(folder.path(), 5);
  const auto newest = save(folder.path(), 12);
  write_file(newest / "parameters.safetensors", "damaged");
  const auto state = latest_state(folder.path());
  REQUIRE(state);
  CHECK(std::get<std::string>(state->at("hash")) == "abc");
  write_file(newest / "state.json", "{}");
  CHECK(latest_state(folder.path()));  // the older one's
  write_file(folder / "checkpoint-5/state.json", "{}");
  CHECK_FALSE(latest_state(folder.path()));
}
