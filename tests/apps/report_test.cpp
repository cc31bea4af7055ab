#include "electra/report/report.h"

#include "apps/run_verb.h"
#include "electra/core/error.h"

using namespace electra;
using namespace electra::test;
using Catch::Contains;

namespace {

const std::string run_log =
    R"({"t":1,"kind":"run","version":"0.1.0","task":"pretraining","steps":20})"
    "\n"
    R"({"t":2,"kind":"train","step":10,"loss":3.5})"
    "\n"
    R"({"t":3,"kind":"train","step":20,"loss":2.5})"
    "\n";

}  // namespace

TEST_CASE("a run's page is drawn again from its log", "[report_verb][law]") {
  const TemporaryFolder folder;
  write_file(folder / "train.jsonl", run_log);
  write_file(folder / "report.html", "what it was before");
  const VerbRun run = run_verb({"report", folder.path()});
  CHECK(run.code == 0);
  CHECK(run.said == (folder / "report.html").string() + "\n");
  CHECK(read_file(folder / "report.html") == report_html(folder / "train.jsonl"));
  write_file(folder / "train.jsonl", run_log + R"({"t":4,"kind":"tr)");  // a run that goes on
  const auto other = run_verb({"report", folder.path(), "--out", folder / "b.html", "--json"});
  CHECK(other.objects().front().at("report") == (folder / "b.html").string());
  CHECK(read_file(folder / "b.html") == report_html(folder / "train.jsonl"));
}

TEST_CASE("report touches no file of another, and says where the runs are", "[report_verb]") {
  const TemporaryFolder folder;
  const auto refusal = [](const std::vector<std::string>& words) {
    return message_of<Error>([&] { (void)run_verb(words); });
  };
  CHECK(refusal({"report", folder.path()}) ==
        (folder / "train.jsonl").string() + ": expected the log of a run, found none");
  for (const char* run : {"seed_2", "seed_1", "empty"})
    std::filesystem::create_directories(folder / "runs" / run);
  write_file(folder / "runs" / "seed_1" / "train.jsonl", run_log);
  write_file(folder / "runs" / "seed_2" / "train.jsonl", run_log);
  CHECK(refusal({"report", folder.path()}) ==
        (folder / "train.jsonl").string() +
            ": expected the log of a run, found none; the runs of this model are " +
            (folder / "runs" / "seed_1").string() + ", " + (folder / "runs" / "seed_2").string());
  write_file(folder / "mine.html", "mine");
  CHECK_THAT(refusal({"report", folder / "runs" / "seed_1", "--out", folder / "mine.html"}),
             Contains("mine.html: there is a file already"));
  CHECK(read_file(folder / "mine.html") == "mine");
}
