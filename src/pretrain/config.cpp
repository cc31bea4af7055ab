#include "electra/pretrain/config.h"

#include "core/range.h"

namespace electra {

namespace {

void check_data(const PretrainConfig& c) {
  expect(c.data.length >= 5 && c.data.length <= c.model.positions, "data.length",
         "5 to model.positions = " + std::to_string(c.model.positions),
         static_cast<double>(c.data.length));
  expect(c.data.held_out > 0 && c.data.held_out < 1, "data.held_out", "between 0 and 1",
         c.data.held_out);
}

void check_masking(const MaskingConfig& c) {
  expect(c.share > 0 && c.share < 1, "masking.share", "between 0 and 1", c.share);
  expect_share("masking.keep", c.keep);
  expect_share("masking.random_share", c.random_share);
  expect(c.keep + c.random_share <= 1, "masking.random_share", "at most 1 - masking.keep",
         c.random_share);
}

void check_sampling(const SamplingConfig& c) {
  expect(c.temperature > 0, "sampling.temperature", "a positive number", c.temperature);
  expect(c.first_temperature > 0, "sampling.first_temperature", "a positive number",
         c.first_temperature);
  expect_count("sampling.temperature_steps", c.temperature_steps, 0);
}

}  // namespace

void check(const PretrainConfig& config) {
  check(config.model, config.vocabulary.size);
  check_data(config);
  check_masking(config.masking);
  check_sampling(config.sampling);
  expect(config.loss.generator >= 0, "loss.generator", "0 or more", config.loss.generator);
  expect(config.loss.discriminator >= 0, "loss.discriminator", "0 or more",
         config.loss.discriminator);
  check(static_cast<const RunConfig&>(config));
}

}  // namespace electra
