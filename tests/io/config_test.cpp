#include "electra/io/config.h"

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

enum class Sharing : std::uint8_t { none, embeddings, all };

std::span<const std::string_view> enum_names(Sharing) {
  static constexpr std::array<std::string_view, 3> names{"none", "embeddings", "all"};
  return names;
}

struct Generator {
  int layers = 12;

  void fields(auto&& visit) { visit("layers", layers, "encoder blocks"); }
};

struct Model {
  std::int64_t hidden = 256;
  Generator generator;
  float dropout = 0.1F;
  Sharing sharing = Sharing::embeddings;

  void fields(auto&& visit) {
    visit("hidden", hidden, "width of the encoder");
    visit("generator", generator, "the generator");
    visit("dropout", dropout, "of hidden activations");
    visit("sharing", sharing, "what the networks share");
  }
};

struct Run {
  std::uint64_t seed = 1;
  double peak = 5e-4;
  bool shuffle = true;
  std::optional<bool> strip;
  std::string corpus = "a \"b\"";
  Model model;
  int steps = 100;

  void fields(auto&& visit) {
    visit("seed", seed, "of all random numbers");
    visit("peak", peak, "learning rate");
    visit("shuffle", shuffle, "documents");
    visit("strip", strip, "accents");
    visit("corpus", corpus, "folder");
    visit("model", model, "the discriminator");
    visit("steps", steps, "of the optimizer");
  }
};

Run read(const std::string& json) { return config_from_json<Run>(json, "run.json"); }

}  // namespace

TEST_CASE("a config is written in the order of its fields, with shortest numbers", "[config]") {
  CHECK(config_to_json(Run{}) == R"({
  "seed": 1,
  "peak": 5e-04,
  "shuffle": true,
  "strip": null,
  "corpus": "a \"b\"",
  "model": {
    "hidden": 256,
    "generator": {
      "layers": 12
    },
    "dropout": 0.1,
    "sharing": "embeddings"
  },
  "steps": 100
}
)");
  CHECK(config_to_json(Generator{}, JsonLayout::compact) == R"({"layers":12})");
  Model model;
  model.dropout = 1.0F;
  CHECK_THAT(config_to_json(model, JsonLayout::compact), Contains(R"("dropout":1.0,)"));
}

TEST_CASE("a config reads back what it wrote", "[config][law]") {
  Run run;
  run.seed = std::numeric_limits<std::uint64_t>::max();
  run.peak = 0.1 + 0.2;
  run.strip = false;
  run.corpus = "\n\xC3\xA9";
  run.model.hidden = std::numeric_limits<std::int64_t>::min();
  run.model.dropout = std::nextafter(0.3F, 1.0F);
  run.model.sharing = Sharing::all;
  run.model.generator.layers = -3;
  for (const auto layout : {JsonLayout::indented, JsonLayout::compact}) {
    const Run again = read(config_to_json(run, layout));
    CHECK(again.seed == run.seed);
    CHECK(again.peak == run.peak);
    CHECK(again.strip == run.strip);
    CHECK(again.corpus == run.corpus);
    CHECK(again.model.hidden == run.model.hidden);
    CHECK(again.model.dropout == run.model.dropout);
    CHECK(again.model.sharing == run.model.sharing);
    CHECK(again.model.generator.layers == run.model.generator.layers);
    CHECK(config_to_json(again, layout) == config_to_json(run, layout));
  }
}

TEST_CASE("what the JSON does not name keeps its value", "[config]") {
  const Run run = read(R"({"model":{"generator":{"layers":3}},"peak":1})");
  CHECK(run.model.generator.layers == 3);
  CHECK(run.peak == 1.0);
  CHECK(run.model.hidden == 256);
  CHECK(run.seed == 1);
  const TemporaryFolder folder;
  write_file(folder / "run.json", R"({"steps": 7})");
  CHECK(config_from_file(folder / "run.json", run).steps == 7);
  CHECK(config_from_file(folder / "run.json", run).model.generator.layers == 3);
  CHECK_THROWS_AS(config_from_file<Run>(folder / "none.json"), IoError);
}

TEST_CASE("integers may be written as numbers without a fraction", "[config]") {
  CHECK(read(R"({"steps":1e6})").steps == 1'000'000);
  CHECK(read(R"({"steps":1000.0})").steps == 1000);
  CHECK(read(R"({"seed":18446744073709551615})").seed == 18446744073709551615U);
  CHECK(read(R"({"model":{"hidden":-4e3}})").model.hidden == -4000);
}

TEST_CASE("a config that does not fit is refused with file and path", "[config]") {
  struct Case {
    std::string json, says;
  };
  const std::vector<Case> cases{
      {"{", "not JSON"},
      {"", "not JSON"},
      {"{} // comment", "not JSON"},
      {"[]", "expected an object, found an array"},
      {R"({"seed":1,"seed":2})", "the key \"seed\" appears twice"},
      {R"({"model":{"hidden":1,"hidden":2}})", "the key \"hidden\" appears twice"},
      {R"({"sede":1})", "sede: unknown key; did you mean seed?"},
      {R"({"model":{"hiden":1}})", "model.hiden: unknown key; did you mean model.hidden?"},
      {R"({"hidden":1})", "hidden: unknown key; did you mean model.hidden?"},
      {R"({"xxxxxxxxxxxx":1})", "xxxxxxxxxxxx: unknown key"},
      {R"({"model":{"generator":{"layers":{"x":1}}}})", "layers: expected an integer from"},
      {R"({"model":3})", "model: expected an object, found the number 3"},
      {R"({"seed":{"x":1}})", "seed: expected an integer from 0 to 18446744073709551615, found an"},
      {R"({"seed":-1})", "seed: expected an integer from 0 to 18446744073709551615, found"},
      {R"({"steps":2147483648})", "steps: expected an integer from -2147483648 to 2147483647"},
      {R"({"steps":1.5})", "steps: expected an integer"},
      {R"({"steps":3e9})", "steps: expected an integer"},
      {R"({"seed":-1e3})", "seed: expected an integer"},
      {R"({"steps":1e40})", "steps: expected an integer"},
      {R"({"steps":"3"})",
       "steps: expected an integer from -2147483648 to 2147483647, found the "
       "string \"3\""},
      {R"({"steps":true})", "found true"},
      {R"({"peak":"fast"})", "peak: expected a number, found the string \"fast\""},
      {R"({"peak":1e999})", "not JSON"},
      {R"({"model":{"dropout":1e39}})", "model.dropout: expected a number of magnitude at most"},
      {R"({"shuffle":1})", "shuffle: expected true or false, found the number 1"},
      {R"({"shuffle":null})", "shuffle: expected true or false, found null"},
      {R"({"strip":"no"})", "strip: expected true, false or null"},
      {R"({"corpus":null})", "corpus: expected a string, found null"},
      {R"({"model":{"sharing":"some"}})",
       "model.sharing: expected none, embeddings or all, found the string \"some\""},
      {R"({"model":{"sharing":1}})", "model.sharing: expected none, embeddings or all"},
  };
  for (const auto& [json, says] : cases) {
    INFO(json);
    CHECK_THAT(message_of<ConfigError>([&] { (void)read(json); }),
               StartsWith("run.json: ") && Contains(says));
  }
  CHECK_THAT(message_of<ConfigError>([] { (void)read(R"({"xxxxxxxxxxxx":1})"); }),
             !Contains("did you mean"));
}

TEST_CASE("assignments set values by the type of the field", "[config]") {
  const auto set = [](std::string_view text) { return with_assignment(Run{}, text); };
  CHECK(set("peak=1e-4").peak == 1e-4);
  CHECK(set("steps=2e3").steps == 2000);
  CHECK(set("model.generator.layers=5").model.generator.layers == 5);
  CHECK(set("model.sharing=all").model.sharing == Sharing::all);
  CHECK(set("model.sharing=\"none\"").model.sharing == Sharing::none);
  CHECK(set("shuffle=false").shuffle == false);
  CHECK(set("strip=true").strip == true);
  CHECK(with_assignment(set("strip=true"), "strip=null").strip == std::nullopt);
  CHECK(set("corpus=123").corpus == "123");
  CHECK(set("corpus=a=b").corpus == "a=b");
  CHECK(set("corpus=").corpus.empty());
  CHECK(set("corpus=\"a\\nb\"").corpus == "a\nb");
  CHECK(set(R"(model={"hidden":64,"dropout":0})").model.hidden == 64);

  const auto message = [&](std::string_view text) {
    return message_of<ConfigError>([&] { (void)set(text); });
  };
  CHECK_THAT(message("peak"), Contains("--set peak: expected path=value"));
  CHECK_THAT(message("=3"), Contains("expected path=value"));
  CHECK_THAT(message("peek=3"), Contains("peek: unknown key; did you mean peak?"));
  CHECK_THAT(message("peak=fast"), Contains("peak: expected a number, found the string \"fast\""));
  CHECK_THAT(message("peak="), Contains("peak: expected a number"));
  CHECK_THAT(message("model=3"), Contains("model: expected an object"));
  CHECK_THAT(message("model={\"hidden\":1"), Contains("not JSON"));
  CHECK_THAT(message("model.sharing=none of it"), Contains("expected none, embeddings or all"));
}

TEST_CASE("the help names path, meaning and value", "[config]") {
  const auto help = config_help<Run>();
  CHECK_THAT(help, Contains("  peak                    learning rate [5e-04]\n"));
  CHECK_THAT(help, Contains("what the networks share (none, embeddings or all) [\"embeddings\"]"));
  CHECK_THAT(help, Contains("  model.generator.layers  encoder blocks [12]\n"));
}

TEST_CASE("the hash of a config changes with every value, and only with values", "[config][law]") {
  CHECK(hash_text("") == "cbf29ce484222325");  // FNV-1a's published test values
  CHECK(hash_text("foobar") == "85944171f73967e8");
  CHECK(config_hash(Run{}) == config_hash(read("{}")));
  for (const auto* text : {"seed=2", "peak=6e-4", "shuffle=false", "strip=false", "corpus=x",
                           "model.hidden=1", "model.dropout=0.2", "model.sharing=none"})
    CHECK(config_hash(with_assignment(Run{}, text)) != config_hash(Run{}));
}

TEST_CASE("a number that is not finite cannot be written", "[config]") {
  Run run;
  run.peak = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(config_to_json(run), ConfigError);
}

TEST_CASE("what differs between two configs is told by path, as it was and as it is", "[config]") {
  Run before, now;
  CHECK(changed_fields(before, now).empty());
  now.model.generator.layers = 6;
  now.peak = 1e-3;
  now.strip = false;
  now.model.sharing = Sharing::all;
  std::string text;
  for (const ChangedField& field : changed_fields(before, now))
    text += field.path + ": " + field.before + " " + field.now + "; ";
  CHECK(text ==
        "peak: 5e-04 0.001; strip: null false; model.generator.layers: 12 6; "
        "model.sharing: \"embeddings\" \"all\"; ");
}

TEST_CASE("a field's value is taken over alone, whatever its type", "[config][law]") {
  Run from;
  from.seed = 2;
  from.peak = 1;
  from.shuffle = false;
  from.strip = true;
  from.corpus = "b";
  from.model.sharing = Sharing::none;
  from.model.generator.layers = 3;
  for (const ChangedField& field : changed_fields(Run{}, from)) {
    const auto changed = changed_fields(Run{}, with_field_of(Run{}, from, field.path));
    REQUIRE(changed.size() == 1);
    CHECK(changed[0].path == field.path);
    CHECK(changed[0].now == field.now);
  }
  CHECK_THROWS_WITH(with_field_of(from, Run{}, "model.depth"), Contains("model.depth"));
}

TEST_CASE("what sets fields says which it has set", "[config]") {
  Run run;
  const auto fields = fields_of(run);
  CHECK(set_from_json(fields, R"({"peak": 1, "model": {"generator": {"layers": 2}}})", "a.json") ==
        std::vector<std::string>{"model.generator.layers", "peak"});
  CHECK(set_from_assignment(fields, "model={\"hidden\": 3, \"dropout\": 0}") ==
        std::vector<std::string>{"model.dropout", "model.hidden"});
  CHECK(set_from_assignment(fields, "peak=2") == std::vector<std::string>{"peak"});
}

namespace {

/// A size that may grow unless somebody says a size.
struct Sizes {
  int size = 10;
  std::optional<bool> grow;
  std::vector<std::string> heard;

  void fields(auto&& visit) {
    visit("size", size, "entries");
    visit("grow", grow, "if needed");
  }
  void given(std::span<const std::string> names) { heard.assign(names.begin(), names.end()); }
};

struct Outer {
  int steps = 1;
  Sizes sizes;

  void fields(auto&& visit) {
    visit("steps", steps, "of the optimizer");
    visit("sizes", sizes, "of things");
  }
};

}  // namespace

TEST_CASE("a part of a config hears which of its fields were given", "[config]") {
  using Names = std::vector<std::string>;
  const auto of_json = [](const std::string& json) {
    return config_from_json<Outer>(json, "a.json").sizes.heard;
  };
  CHECK(of_json(R"({"steps": 3})") == Names{});
  CHECK(of_json(R"({"steps": 3, "sizes": {"size": 3}})") == Names{"size"});
  CHECK(of_json(R"({"sizes": {"size": 3, "grow": null}})").size() == 2);
  CHECK(with_assignment(Outer{}, "steps=3").sizes.heard == Names{});
  CHECK(with_assignment(Outer{}, "sizes.grow=true").sizes.heard == Names{"grow"});
  CHECK(with_assignment(Outer{}, R"(sizes={"size": 3})").sizes.heard == Names{"size"});
  CHECK(with_assignment(Sizes{}, "size=3").heard == Names{"size"});
}
