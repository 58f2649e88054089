#pragma once
// Bits of integers: tf.bitwise. Shapes broadcast; nothing here has a gradient. Errors: InvalidArgumentError for a
// dtype that is not an integer's.

#include "gradtape/autograd/operand.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

namespace bitwise {

/// tf.bitwise.bitwise_and, bitwise_or, bitwise_xor.
Tensor bitwise_and(const Operand& x, const Operand& y);
Tensor bitwise_or(const Operand& x, const Operand& y);
Tensor bitwise_xor(const Operand& x, const Operand& y);
/// tf.bitwise.invert: every bit of x turned.
Tensor invert(const Tensor& x, Where where = Where::here());
/// tf.bitwise.left_shift, right_shift: x shifted by y bits, where a y below 0 counts as 0 and one beyond the width as
/// width - 1. To the right the sign is kept.
Tensor left_shift(const Operand& x, const Operand& y);
Tensor right_shift(const Operand& x, const Operand& y);

}  // namespace bitwise

using bitwise::bitwise_and;
using bitwise::bitwise_or;
using bitwise::bitwise_xor;
using bitwise::invert;
using bitwise::left_shift;
using bitwise::right_shift;

/// As TensorFlow 2's operators on tensors: logical for bool, bitwise for integers.
Tensor operator&(const Operand& x, const Operand& y);
Tensor operator|(const Operand& x, const Operand& y);
Tensor operator^(const Operand& x, const Operand& y);
Tensor operator~(const Operand& x);

}  // namespace gradtape
