#include "electra/formats/hugging_face.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <limits>
#include <map>

#include "electra/core/context.h"
#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/safetensors.h"
#include "electra/models/text_model.h"
#include "formats/stored_pair.h"
#include "models/small_pair.h"
#include "support/temporary_folder.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace fs = std::filesystem;

TEST_CASE("what is saved is loaded again, to the bit", "[hugging_face][law]") {
  const Sharing sharing = GENERATE(Sharing::embeddings, Sharing::none);
  const Pair a(1, small_model(sharing));
  Pair b(2, small_model(sharing));
  const TemporaryFolder folder;
  save(a, folder);
  REQUIRE(weights(a.store) != weights(b.store));
  load_pair(folder / "generator", folder / "discriminator", b.config, b.store);
  CHECK(weights(a.store) == weights(b.store));
}

TEST_CASE("files without a prefix, with position_ids and with a stored tied head are read",
          "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  const std::vector<std::int64_t> ids{0, 1, 2, 3, 4, 5, 6, 7, 8};
  const StoredTensor positions{.name = "embeddings.position_ids",
                               .dtype = StoredType::i64,
                               .shape = {1, 9},
                               .bytes = std::as_bytes(std::span(ids))};
  const auto plain = [](const std::string& name) -> std::optional<std::string> {
    return name.starts_with("electra.") ? name.substr(8) : name;
  };
  rewrite(folder / "discriminator", plain, {positions});
  const Parameter* word = nullptr;
  for (const Parameter& p : a.store.parameters())
    if (p.name.ends_with("embeddings/word")) word = &p;
  REQUIRE(word != nullptr);
  const auto table = word->master.span<float>().first(small_vocabulary * 12);
  rewrite(folder / "generator", [](const std::string& name) { return std::optional(name); },
          {{.name = "generator_lm_head.weight",
            .dtype = StoredType::f32,
            .shape = {small_vocabulary, 12},
            .bytes = std::as_bytes(table)}});
  load_pair(folder / "generator", folder / "discriminator", b.config, b.store);
  CHECK(weights(a.store) == weights(b.store));
}

TEST_CASE("norms by their old names are read", "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  rewrite(folder / "generator", [](std::string name) -> std::optional<std::string> {
    if (name.ends_with("LayerNorm.weight")) name.replace(name.size() - 6, 6, "gamma");
    if (name.ends_with("LayerNorm.bias")) name.replace(name.size() - 4, 4, "beta");
    return name;
  });
  load_pair(folder / "generator", folder / "discriminator", b.config, b.store);
  CHECK(weights(a.store) == weights(b.store));
}

TEST_CASE("weights that do not fit are refused by name, and nothing changes", "[hugging_face]") {
  const Pair a(1);
  Pair b(2);
  const TemporaryFolder folder;
  save(a, folder);
  const fs::path directory = folder / "discriminator";
  const std::string dense = "discriminator_predictions.dense.weight";
  const std::vector<float> before = weights(b.store);
  const auto refusal = [&] {
    const std::string message =
        message_of<IoError>([&] { load_pair(folder / "generator", directory, b.config, b.store); });
    CHECK_THAT(message, Contains((directory / "model.safetensors").string()));
    CHECK(weights(b.store) == before);
    return message;
  };
  SECTION("a missing tensor") {
    rewrite(directory, [&](const std::string& name) {
      return name == dense ? std::nullopt : std::optional(name);
    });
    CHECK_THAT(refusal(), Contains(dense) && Contains("[16, 16]") && Contains("no such tensor"));
  }
  SECTION("a tensor of another shape") {
    const std::vector<float> values(8);
    rewrite(
        directory,
        [&](const std::string& name) { return name == dense ? std::nullopt : std::optional(name); },
        {{.name = dense,
          .dtype = StoredType::f32,
          .shape = {4, 2},
          .bytes = std::as_bytes(std::span(values))}});
    CHECK_THAT(refusal(), Contains(dense) && Contains("[16, 16]") && Contains("[4, 2]"));
  }
  SECTION("a tensor that no network has") {
    const std::vector<float> values(1);
    rewrite(directory, [](const std::string& name) { return std::optional(name); },
            {{.name = "classifier.bias",
              .dtype = StoredType::f32,
              .shape = {1},
              .bytes = std::as_bytes(std::span(values))}});
    CHECK_THAT(refusal(), Contains("classifier.bias") && Contains("not part of"));
  }
  SECTION("a truncated file") {
    const std::string bytes = read_file(directory / "model.safetensors");
    write_file(directory / "model.safetensors", bytes.substr(0, bytes.size() / 2));
    (void)refusal();
  }
}

TEST_CASE("a pair whose embeddings differ needs sharing: none", "[hugging_face]") {
  const Pair a(1), other(3);
  Pair b(2);
  const TemporaryFolder folder, elsewhere;
  save(a, folder);
  save(other, elsewhere);
  CHECK_THAT(message_of<ConfigError>([&] {
               load_pair(folder / "generator", elsewhere / "discriminator", b.config, b.store);
             }),
             Contains("embeddings/") && Contains("sharing: none"));
  Pair apart(2, small_model(Sharing::none));
  load_pair(folder / "generator", elsewhere / "discriminator", apart.config, apart.store);
}
