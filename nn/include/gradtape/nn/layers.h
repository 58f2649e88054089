#pragma once
// All layers.

#include "gradtape/nn/activation_layer.h"
#include "gradtape/nn/concatenate.h"
#include "gradtape/nn/dense.h"
#include "gradtape/nn/dropout.h"
#include "gradtape/nn/flatten.h"
#include "gradtape/nn/input.h"
#include "gradtape/nn/layer.h"
