#include "finetune/task_figures.h"

#include <map>
#include <vector>

namespace electra {

namespace {

Figure of_score(const ScoreInfo& score) {
  return {.key = score.key,
          .title = score.title,
          .style = score.percent ? Figure::Style::percent : Figure::Style::plain,
          .better =
              score.better == ScoreInfo::Better::more ? Figure::Better::more : Figure::Better::less,
          .label = score.title,
          .before = " | ",
          .digits = score.percent ? 1 : 4,
          .lines = Figure::Shown::evaluation,
          .chart = score.percent ? "Scores" : score.title,
          .curve = score.title,
          .drawn = Figure::Shown::evaluation};
}

std::vector<Figure> figures_of(const TaskInfo& task) {
  std::vector<Figure> all{{.key = "loss",
                           .title = "Loss",
                           .label = "loss",
                           .digits = 4,
                           .chart = "Loss",
                           .tile = "loss"}};
  if (has_right(task.kind))
    all.push_back({.key = "right",
                   .title = "Right",
                   .style = Figure::Style::percent,
                   .better = Figure::Better::more,
                   .label = "right",
                   .digits = 1,
                   .chart = "Right"});
  for (const ScoreInfo& score : task.scores) all.push_back(of_score(score));
  all[has_right(task.kind) ? 2 : 1].tile = task.scores.front().title;
  return all;
}

std::map<TaskKind, std::vector<Figure>> all_figures() {
  std::map<TaskKind, std::vector<Figure>> all;
  for (const TaskInfo& task : tasks()) all[task.kind] = figures_of(task);
  return all;
}

}  // namespace

std::span<const Figure> task_figures(TaskKind task) {
  static const std::map<TaskKind, std::vector<Figure>> figures = all_figures();
  return figures.at(task);
}

}  // namespace electra
