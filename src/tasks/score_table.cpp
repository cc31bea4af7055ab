#include "tasks/score_table.h"

#include <array>

#include "electra/core/error.h"
#include "tasks/scores/accuracy.h"
#include "tasks/scores/answers.h"
#include "tasks/scores/correlation.h"
#include "tasks/scores/f1.h"
#include "tasks/scores/matthews.h"
#include "tasks/scores/retrieval.h"
#include "tasks/scores/span_f1.h"

namespace electra {

namespace {

using enum ScoreInfo::Better;

constexpr auto classify = std::to_array<ScoreKind>({
    {{.key = "accuracy", .title = "accuracy"}, accuracy},
    {{.key = "macro_f1", .title = "macro F1"}, macro_f1},
    {{.key = "f1", .title = "F1"}, binary_f1},
    {{.key = "matthews", .title = "Matthews"}, matthews},
});
constexpr auto multilabel = std::to_array<ScoreKind>({
    {{.key = "micro_f1", .title = "micro F1"}, micro_f1},
    {{.key = "macro_f1", .title = "macro F1"}, macro_f1},
});
constexpr auto regress = std::to_array<ScoreKind>({
    {{.key = "pearson", .title = "Pearson"}, pearson},
    {{.key = "spearman", .title = "Spearman"}, spearman},
    {{.key = "mse", .title = "mean squared error", .better = less, .percent = false},
     squared_error},
});
constexpr auto tag = std::to_array<ScoreKind>({
    {{.key = "span_f1", .title = "span F1"}, span_f1},
    {{.key = "accuracy", .title = "accuracy"}, accuracy},
});
constexpr auto answer = std::to_array<ScoreKind>({
    {{.key = "exact_match", .title = "exact match"}, exact_match},
    {{.key = "f1", .title = "F1"}, word_f1},
});
constexpr auto embed = std::to_array<ScoreKind>({
    {{.key = "recall_at_1", .title = "recall at 1"}, recall_at_1},
    {{.key = "recall_at_10", .title = "recall at 10"}, recall_at_10},
    {{.key = "mrr", .title = "mean reciprocal rank"}, reciprocal_rank},
});

template <std::size_t n>
constexpr std::array<ScoreInfo, n> infos_of(const std::array<ScoreKind, n>& kinds) {
  std::array<ScoreInfo, n> infos{};
  for (std::size_t i = 0; i < n; ++i) infos[i] = kinds[i].info;
  return infos;
}

constexpr auto classify_infos = infos_of(classify);
constexpr auto multilabel_infos = infos_of(multilabel);
constexpr auto regress_infos = infos_of(regress);
constexpr auto tag_infos = infos_of(tag);
constexpr auto answer_infos = infos_of(answer);
constexpr auto embed_infos = infos_of(embed);

struct TaskScores {
  TaskKind task;
  std::span<const ScoreKind> kinds;
  std::span<const ScoreInfo> infos;
};

constexpr auto tables = std::to_array<TaskScores>({
    {TaskKind::classify, classify, classify_infos},
    {TaskKind::multilabel, multilabel, multilabel_infos},
    {TaskKind::regress, regress, regress_infos},
    {TaskKind::tag, tag, tag_infos},
    {TaskKind::answer, answer, answer_infos},
    {TaskKind::embed, embed, embed_infos},
});

const TaskScores& table_of(TaskKind task) {
  for (const TaskScores& table : tables)
    if (table.task == task) return table;
  throw Error("scores: no table for task " + std::to_string(static_cast<int>(task)));
}

}  // namespace

std::span<const ScoreKind> score_kinds(TaskKind task) { return table_of(task).kinds; }

std::span<const ScoreInfo> score_infos(TaskKind task) { return table_of(task).infos; }

}  // namespace electra
