#pragma once
// Products over any axes: tf.tensordot, tf.einsum.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/shape.h"
#include "gradtape/autograd/where.h"

namespace gradtape {}  // namespace gradtape
