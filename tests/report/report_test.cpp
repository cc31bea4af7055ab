#include "electra/report/report.h"

#include <catch2/catch.hpp>
#include <string>

#include "electra/core/error.h"
#include "electra/core/file.h"
#include "electra/io/train_log.h"
#include "support/temporary_folder.h"

using namespace electra;
using Catch::Matchers::Contains;
using electra::test::message_of;
using electra::test::TemporaryFolder;

namespace {

std::size_t count(const std::string& text, const std::string& piece) {
  std::size_t found = 0;
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++found;
  return found;
}

void write_run(const std::filesystem::path& path, int lines) {
  TrainLog log = TrainLog::create(path);
  log.write("run", LogRecord()
                       .add("version", "0.1.0")
                       .add("argv", LogRecord::Texts{"pretrain_small", "--out", "<i>x</i>"})
                       .add("config_hash", "00ff"));
  LogRecord evaluation;
  for (int step = 1; step <= lines; ++step) {
    LogRecord record;
    record.add("step", step).add("loss", 40.0 / step).add("rate", 5e-4).add("mlm_loss", 7.0);
    if (step != 3) record.add("disc_auc", 0.6).add("tokens_per_second", 41234.0);
    log.write("train", record);
    if (step % 2 == 0) {
      evaluation = LogRecord();
      evaluation.add("step", step).add("loss", 41.0 / step).add("disc_auc", 0.5 + 0.1 / step);
      evaluation.add("disc_recall", 0.0);
      log.write("evaluation", evaluation);
    }
  }
  log.write("end", LogRecord()
                       .add("reason", "finished")
                       .add("step", lines)
                       .add("wall_s", 291.0)
                       .add("evaluation", evaluation));
}

}  // namespace

TEST_CASE("a report is one page that needs nothing else", "[report]") {
  const TemporaryFolder folder;
  write_run(folder / "train.jsonl", 6);
  write_report(folder / "train.jsonl", folder / "report.html");
  const std::string html = read_file(folder / "report.html");
  CHECK(html == report_html(folder / "train.jsonl"));
  CHECK_THAT(html, !Contains("http") && !Contains("<script") && !Contains("src=") &&
                       !Contains("url(") && !Contains("@import") && !Contains("<link"));
  for (const std::string tag : {"figure", "svg", "table", "tr", "div", "main", "style", "text"})
    CHECK(count(html, "<" + tag + ">") + count(html, "<" + tag + " ") ==
          count(html, "</" + tag + ">"));
  CHECK(count(html, "<figure>") == 6);  // loss, AUC, MLM loss, recall, throughput, rate
  CHECK_THAT(html, Contains("pretrain_small --out &lt;i&gt;x&lt;/i&gt;") && !Contains("<i>x"));
  CHECK_THAT(html,
             Contains("the run ended: finished") && Contains("4m51s") && Contains("<b>41,234</b>"));
  CHECK_THAT(html, Contains("<tr><th>Total loss</th><td>6.6667</td><td>6.8333</td>"
                            "<td>6.8333</td><td>6</td></tr>"));
  CHECK_THAT(html, Contains("<tr><th>Discriminator: AUC</th><td>0.6000</td><td>0.5167</td>"
                            "<td>0.5500</td><td>2</td></tr>"));
  CHECK_THAT(html, Contains("<tr><th>Generator: MLM loss</th><td>7.0000</td><td>–</td>"));
  CHECK_THAT(html, !Contains("nan") && !Contains("inf"));
}

TEST_CASE("a long log is drawn with few points, and the page says so", "[report]") {
  const TemporaryFolder folder;
  write_run(folder / "train.jsonl", 5001);
  const std::string html = report_html(folder / "train.jsonl");
  CHECK_THAT(html, Contains("means of 11 neighbouring lines"));
  CHECK(html.size() < 200'000);
}

TEST_CASE("a log that is short, torn or damaged", "[report]") {
  const TemporaryFolder folder;
  const auto path = folder / "train.jsonl";
  write_file(path, "");
  CHECK_THAT(report_html(path), Contains("no metrics yet") && Contains("has not ended"));
  const std::string line = R"({"kind":"train","step":1,"loss":2.5,"mlm_loss":"x"})";
  write_file(path, line + "\n{\"kind\":\"tra");
  CHECK_THAT(report_html(path), Contains("<td>2.5000</td>"));
  write_file(path, line + "\n" + R"({"kind":"train","step":-1e308,"loss":1e308,"rate":-1e99})" +
                       "\n" + R"({"kind":"train","step":2,"loss":1e308,"rate":1e99})" + "\n");
  CHECK(report_html(path).size() < 20'000);
  write_file(path, "{}\n[]\n" + line + "\n");
  CHECK_THAT(message_of<IoError>([&] { (void)report_html(path); }),
             Contains("train.jsonl:2: expected a JSON object"));
  CHECK_THAT(message_of<IoError>([&] { (void)report_html(folder / "none"); }),
             Contains("No such file"));
}

TEST_CASE("a log's own figures are drawn, tabled and shown, whatever they are", "[report]") {
  const TemporaryFolder folder;
  const auto path = folder / "train.jsonl";
  TrainLog log = TrainLog::create(path);
  LogRecord accuracy, spread;
  accuracy.add("title", "Share of <right> answers")
      .add("style", "percent")
      .add("better", "more")
      .add("chart", "Answers")
      .add("unit", "of all")
      .add("chance", 0.25)
      .add("tile", "held-out answers");
  spread.add("title", "Spread")
      .add("chart", "Answers")
      .add("curve", "spread")
      .add("drawn", "evaluation");
  LogRecord figures;
  figures.add("accuracy", accuracy).add("spread", spread);
  log.write("run", LogRecord().add("objective", "classification").add("figures", figures));
  log.write("train", LogRecord().add("step", 1).add("accuracy", 0.5).add("loss", 3.0));
  for (const int step : {1, 2})
    log.write("evaluation",
              LogRecord().add("step", step).add("accuracy", 0.125 * step).add("spread", 0.1));
  const std::string html = report_html(path);
  CHECK_THAT(html, Contains("Classification; the run has not ended."));
  CHECK_THAT(html, Contains("Share of &lt;right&gt; answers") && !Contains("<right>"));
  CHECK_THAT(html, Contains("held-out answers") && Contains("25.0") && Contains("chance") &&
                       Contains("spread"));
  CHECK_THAT(html, !Contains("Discriminator") && !Contains("Total loss"));
  CHECK(count(html, "<figcaption>") == 1);
}
