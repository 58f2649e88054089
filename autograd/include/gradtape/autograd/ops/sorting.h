#pragma once
// Order: sorting, the largest elements, searching.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {}  // namespace gradtape
