#pragma once
// Tensors, ops and the tape.

#include "gradtape/autograd/check_numerics.h"
#include "gradtape/autograd/custom_gradient.h"
#include "gradtape/autograd/error.h"
#include "gradtape/autograd/forward_accumulator.h"
#include "gradtape/autograd/functional.h"
#include "gradtape/autograd/memory.h"
#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops.h"
#include "gradtape/autograd/random.h"
#include "gradtape/autograd/recompute.h"
#include "gradtape/autograd/strings.h"
#include "gradtape/autograd/tape.h"
#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/threads.h"
#include "gradtape/autograd/variable.h"
