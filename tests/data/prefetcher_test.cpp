#include "electra/data/prefetcher.h"

#include <catch2/catch.hpp>

#include "data/token_files.h"
#include "electra/core/error.h"
#include "electra/data/loader.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::all_documents;
using electra::test::counting_file;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

const electra::test::DocumentLengths documents(30, {5, 7, 9, 30, 1, 4});

}  // namespace

TEST_CASE("prefetched steps are the loader's, in order", "[prefetcher]") {
  const TemporaryFolder folder;
  const TokenFile file = counting_file(folder / "a.etok", documents);
  Loader loader(file, all_documents(file), {.length = 32, .batch = 8});
  for (const Index depth : {0, 1, 3}) {
    Prefetcher prefetcher(std::make_unique<Loader>(loader), 5, depth);
    for (Index step = 5; step < 40; ++step) {
      const StepBatch expected = loader.at(step);
      const StepBatch found = prefetcher.next();
      CHECK(found.batch.ids == expected.batch.ids);
      CHECK(found.epoch == expected.epoch);
    }
  }
}

TEST_CASE("a prefetcher leaves whether or not anything was taken", "[prefetcher]") {
  const TemporaryFolder folder;
  const TokenFile file = counting_file(folder / "a.etok", documents);
  const Loader loader(file, all_documents(file), {.length = 32, .batch = 8});
  for (int times = 0; times < 20; ++times) {
    Prefetcher prefetcher(std::make_unique<Loader>(loader), 0, 2);
    for (int taken = 0; taken < times % 4; ++taken) CHECK(prefetcher.next().batch.count() == 8);
  }
}

TEST_CASE("what the thread throws comes out of next, behind the steps before it", "[prefetcher]") {
  const TemporaryFolder folder;
  const TokenFile file = counting_file(folder / "a.etok", documents);
  const Loader loader(file, all_documents(file),
                      {.length = 32, .batch = 8, .mode = LoaderOptions::Mode::evaluation});
  Prefetcher prefetcher(std::make_unique<Loader>(loader), 0, 2);
  for (Index step = 0; step < loader.epoch_steps(); ++step)
    CHECK(prefetcher.next().batch.count() > 0);
  for (int times = 0; times < 2; ++times)
    CHECK_THAT(message_of<Error>([&] { (void)prefetcher.next(); }), Contains("expected a step"));
}
