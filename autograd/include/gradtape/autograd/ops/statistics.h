#pragma once
// Statistics over axes.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {}  // namespace gradtape
