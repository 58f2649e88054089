#pragma once
// Layers, models and their training.

#include "gradtape/nn/activation.h"
#include "gradtape/nn/callback.h"
#include "gradtape/nn/early_stopping.h"
#include "gradtape/nn/history.h"
#include "gradtape/nn/initializer.h"
#include "gradtape/nn/layers.h"
#include "gradtape/nn/losses.h"
#include "gradtape/nn/metrics.h"
#include "gradtape/nn/model.h"
#include "gradtape/nn/model_checkpoint.h"
#include "gradtape/nn/progress.h"
#include "gradtape/nn/sequential.h"
