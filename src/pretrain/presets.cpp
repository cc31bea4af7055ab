#include "electra/pretrain/presets.h"

#include <algorithm>

namespace electra {

namespace {

/// Small models learn from little text in minutes with short sequences (of 64 tokens mini has not
/// left its plateau within 9,000 steps, of 32 with each seed that was tried), many steps, wide
/// first weights, no dropout, replacements that are easy at first (a sampling temperature that
/// falls to 1, as in Fast-ELECTRA, arXiv 2310.07347), and a rate that stays high until late: the
/// discriminator learns most after the temperature has fallen.
PretrainConfig quick_recipe(PretrainConfig config) {
  config.model.dropout = config.model.attention_dropout = 0;
  config.model.initializer_range = 0.06F;
  config.data.length = 32;
  config.data.held_out = 0.05;
  config.sampling.first_temperature = 2.5;
  config.optimizer.bias_correction = true;
  config.schedule.peak = 1e-3;
  config.schedule.power = 0.5;
  config.checkpoint.keep = 2;
  return config;
}

PretrainConfig tiny(PretrainConfig config) {
  config = quick_recipe(config);
  config.vocabulary.size = 2048;
  config.train.batch = 32;
  config.train.steps = 9000;
  config.schedule.warmup = 600;
  config.sampling.temperature_steps = 5400;
  config.evaluate.every = 450;
  config.checkpoint.every = 1500;
  return config;
}

PretrainConfig mini(PretrainConfig config) {
  config = quick_recipe(config);
  config.vocabulary.size = 8192;
  config.train.batch = 64;
  config.train.steps = 8000;
  config.schedule.warmup = 800;
  config.sampling.temperature_steps = 4800;
  config.evaluate.every = 400;
  config.checkpoint.every = 1000;
  return config;
}

}  // namespace

PretrainConfig pretrain_preset(std::string_view name) {
  PretrainConfig config;
  config.model = model_preset(name);
  config.vocabulary.grow = std::nullopt;
  if (name == "tiny") return tiny(config);
  if (name == "mini") return mini(config);
  if (name == "base") {
    config.train.batch = 256;
    config.train.steps = 766000;
    config.schedule.peak = 2e-4;
    config.data.length = 512;
  } else if (name == "large") {
    config.train.batch = 2048;
    config.train.steps = 400000;
    config.schedule.peak = 2e-4;
    config.masking.share = 0.25;
    config.data.length = 512;
  } else if (name == "small_plus_plus") {
    config.train.steps = 4000000;
    config.data.length = 512;
  }
  return config;
}

PretrainConfig PretrainConfig::preset(std::string_view name) { return pretrain_preset(name); }

PretrainConfig with_steps(PretrainConfig config, Index steps) {
  const double scale =
      static_cast<double>(steps) / static_cast<double>(std::max<Index>(config.train.steps, 1));
  const auto scaled = [&](Index count) {
    return static_cast<Index>(static_cast<double>(count) * scale);
  };
  const auto interval = [&](Index every) {  // 0: only at the end
    return every == 0 ? 0 : std::max<Index>(1, scaled(every));
  };
  config.schedule.warmup = scaled(config.schedule.warmup);
  config.sampling.temperature_steps = scaled(config.sampling.temperature_steps);
  config.train.steps = steps;
  config.evaluate.every = interval(config.evaluate.every);
  config.checkpoint.every = interval(config.checkpoint.every);
  if (config.log.every > 0) config.log.every = std::clamp<Index>(steps / 50, 1, config.log.every);
  return config;
}

}  // namespace electra
