#include "pretrain/objectives/replaced_token_figures.h"

#include <array>

namespace electra {

namespace {

using enum Figure::Style;
using enum Figure::Better;
constexpr auto evaluation_alone = Figure::Shown::evaluation;

constexpr auto all_figures = std::to_array<Figure>({
    {.key = "loss",
     .title = "Total loss",
     .label = "loss",
     .digits = 2,
     .chart = "Total loss",
     .unit = "nats, weighted sum",
     .tile = "held-out total loss"},
    {.key = "mlm_loss",
     .title = "Generator: MLM loss",
     .label = "gen",
     .chart = "Generator: MLM loss",
     .unit = "nats per masked token"},
    {.key = "disc_loss",
     .title = "Discriminator loss",
     .label = "disc",
     .digits = 4,
     .chart = "Discriminator loss",
     .unit = "nats per token"},
    {.key = "mlm_accuracy",
     .title = "Generator: MLM accuracy",
     .style = percent,
     .better = more,
     .label = "mlm",
     .before = " | ",
     .chart = "Generator: accuracy",
     .unit = "of masked tokens",
     .tile = "held-out MLM accuracy"},
    {.key = "sampled_mlm_accuracy",
     .title = "Generator: accuracy of samples",
     .style = percent,
     .better = more,
     .label = "sampled",
     .lines = evaluation_alone,
     .chart = "Generator: accuracy",
     .unit = "of masked tokens",
     .curve = "sampled",
     .drawn = evaluation_alone},
    {.key = "disc_auc",
     .title = "Discriminator: AUC",
     .better = more,
     .label = "rtd auc",
     .before = " | ",
     .chart = "Discriminator: AUC",
     .unit = "0.5 is chance",
     .chance = 0.5,
     .tile = "held-out AUC"},
    {.key = "disc_accuracy",
     .title = "Discriminator: accuracy",
     .style = percent,
     .better = more,
     .label = "acc",
     .lines = evaluation_alone,
     .chart = "Discriminator: accuracy",
     .unit = "of all tokens"},
    {.key = "disc_precision",
     .title = "Discriminator: precision",
     .style = percent,
     .better = more,
     .label = "prec",
     .digits = 2,
     .chart = "Discriminator: precision and recall",
     .unit = "held out, at probability 0.5",
     .curve = "precision",
     .drawn = evaluation_alone},
    {.key = "disc_recall",
     .title = "Discriminator: recall",
     .style = percent,
     .better = more,
     .label = "rec",
     .digits = 2,
     .chart = "Discriminator: precision and recall",
     .unit = "held out, at probability 0.5",
     .curve = "recall",
     .drawn = evaluation_alone},
});

}  // namespace

std::span<const Figure> replaced_token_figures() { return all_figures; }

}  // namespace electra
