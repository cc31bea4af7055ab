#include "apps/run_verb.h"
#include "electra/core/build_config.h"
#include "electra/core/checksum.h"
#include "electra/formats/weights.h"
#include "infer/saved_generator.h"
#include "infer/saved_predictor.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

nlohmann::ordered_json facts_of(const std::filesystem::path& directory,
                                const std::vector<std::string>& more = {}) {
  std::vector<std::string> words{"info", directory, "--json"};
  words.insert(words.end(), more.begin(), more.end());
  const VerbRun run = run_verb(words);
  CHECK(run.code == 0);
  REQUIRE(run.lines().size() == 1);
  return run.objects().front();
}

Index values_in(const std::filesystem::path& directory) {
  Index count = 0;
  const TensorSource source = open_weights(directory);
  for (const StoredTensor& tensor : source.tensors()) count += tensor.size();
  return count;
}

}  // namespace

TEST_CASE("info counts the weights that a file holds", "[info][law]") {
  const TemporaryFolder folder;
  save_detector(folder / "discriminator", some_vocabulary(), 12);
  save_predictor(folder / "classify", "classify");
  save_predictor(folder / "embed", "embed");
  for (const std::string name : {"discriminator", "classify", "embed"}) {
    CAPTURE(name);
    const auto facts = facts_of(folder / name);
    CHECK(facts.at("parameters") == values_in(folder / name));
    CHECK(facts.at("network").at("vocabulary") == 12);
  }
}

TEST_CASE("info names the weights' file with its size and checksum", "[info][law]") {
  const TemporaryFolder folder;
  save_generator(folder.path());
  const auto weights = facts_of(folder.path()).at("weights");
  const std::string path = folder / "model.safetensors", bytes = read_file(path);
  REQUIRE(weights.at("files").size() == 1);
  CHECK(weights.at("files")[0].at("file") == path);
  CHECK(weights.at("files")[0].at("bytes") == bytes.size());
  CHECK(std::stoul(weights.at("files")[0].at("crc32c").get<std::string>(), nullptr, 16) ==
        crc32c(bytes));
  CHECK(weights.at("files")[0].at("crc32c").get<std::string>().size() == 8);
  CHECK(weights.at("types") == std::vector<std::string>{"F32"});
}

TEST_CASE("info says what a head answers, and how it was trained", "[info]") {
  const TemporaryFolder folder;
  StoredHead head = some_head("classify");
  head.pairs = true;
  head.length = 16;
  save_predictor(folder.path(), head);
  const auto found = facts_of(folder.path()).at("head");
  CHECK(found.at("task") == "classify");
  CHECK(found.at("labels") == head.labels);
  CHECK(found.at("pairs") == true);
  CHECK(found.at("length") == 16);
  save_generator(folder / "generator");
  const auto generator = facts_of(folder / "generator");
  CHECK(generator.at("architecture") == "ElectraForMaskedLM");
  CHECK(generator.at("head") == nlohmann::ordered_json{{"kind", "masked_token"}});
}

TEST_CASE("info says how texts are read, and how long they may be", "[info]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto facts = facts_of(folder.path());
  const auto& tokenizer = facts.at("tokenizer");
  CHECK(tokenizer.at("vocabulary") == 12);
  CHECK(tokenizer.at("lower_case") == true);
  CHECK(tokenizer.at("strip_accents") == true);
  CHECK(tokenizer.at("added").size() == 5);
  CHECK(facts.at("limit").at("tokens") == 8);
  CHECK(facts_of(folder.path(), {"--length", "5"}).at("limit").at("tokens") == 5);
}

TEST_CASE("info says what computes", "[info]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const auto plain = facts_of(folder.path());
  const auto smaller = facts_of(folder.path(), {"--precision", "bf16"});
  CHECK(plain.at("precision") == "f32");
  CHECK(smaller.at("precision") == "bf16");
  CHECK(smaller.at("weight_bytes") < plain.at("weight_bytes"));
  CHECK(plain.at("library").at("version") == version);
  CHECK(plain.at("library").at("cuda") == built_with_cuda);
}

TEST_CASE("in plain output each fact is a line", "[info]") {
  const TemporaryFolder folder;
  save_predictor(folder.path(), "classify");
  const std::string said = "\n" + run_verb({"info", folder.path()}).said;
  CHECK_THAT(said, Contains("\nhead task\tclassify\n") &&
                       Contains("\nhead labels\tbad, fair, good\n") &&
                       Contains("\nnetwork positions\t16\n") &&
                       Contains("\ntokenizer lower_case\tyes\n") && Contains("\nweights crc32c\t"));
  for (const std::string& line : run_verb({"info", folder.path()}).lines())
    CHECK(std::ranges::count(line, '\t') == 1);
}

TEST_CASE("info refuses a damaged model as the others do", "[info]") {
  const TemporaryFolder folder;
  save_detector(folder.path(), some_vocabulary(), 12);
  const std::string bytes = read_file(folder / "model.safetensors");
  write_file(folder / "model.safetensors", bytes.substr(0, bytes.size() - 4));
  CHECK_THAT(message_of<IoError>([&] {
               (void)run_verb({"info", folder.path()});
             }),
             Contains("model.safetensors"));
}
