#pragma once
// Optimizers.

#include "gradtape/optim/adam.h"
#include "gradtape/optim/learning_rate.h"
#include "gradtape/optim/optimizer.h"
#include "gradtape/optim/sgd.h"
