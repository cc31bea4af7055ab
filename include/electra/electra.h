#pragma once

/// What an application includes.

#include "electra/core/build_config.h"
#include "electra/core/context.h"
#include "electra/core/device.h"
#include "electra/core/error.h"
#include "electra/core/parameters.h"
#include "electra/core/random.h"
#include "electra/core/shape.h"
#include "electra/core/tensor.h"
#include "electra/data/vocabulary.h"
#include "electra/data/wordpiece.h"
#include "electra/finetune/finetuning.h"
#include "electra/infer/detector.h"
#include "electra/infer/predictor.h"
#include "electra/infer/predictor.h"
#include "electra/io/config.h"
#include "electra/models/pair.h"
#include "electra/models/pair_config.h"
#include "electra/parallel/launch.h"
#include "electra/pretrain/presets.h"
#include "electra/pretrain/pretraining.h"
