#pragma once
// All of gradtape.

#include "gradtape/autograd/autograd.h"
#include "gradtape/data/data.h"
#include "gradtape/nn/nn.h"
#include "gradtape/optim/optim.h"
