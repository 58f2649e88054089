#pragma once
// Indexing and slicing: x(all, Slice(0, 5)).

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {}  // namespace gradtape
