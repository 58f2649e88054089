#pragma once
// Reductions over segments of the first axis.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {}  // namespace gradtape
