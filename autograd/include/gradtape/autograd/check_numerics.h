#pragma once
// Finding where NaN and Inf come from.

#include <string>

#include "gradtape/autograd/tensor.h"
#include "gradtape/autograd/where.h"

namespace gradtape {

/// tf.debugging.enable_check_numerics, and disable_: from here on every op on this thread, in the forward and in the
/// backward pass, throws InvalidArgumentError when its result has an element that is NaN or Inf. The message names
/// the op, the shape and dtype, the first such element, whether an input had one already, the op whose gradient it
/// is, and the user's line. Off, which it is at first, it costs nothing; on, it reads every result once.
void set_check_numerics(bool on);
bool check_numerics_is_on();

/// tf.debugging.check_numerics: the tensor, under an identity of its own. Throws InvalidArgumentError, beginning with
/// `message`, when it has an element that is NaN or Inf; so does the backward pass for the gradient that arrives
/// here. float32, float64.
Tensor check_numerics(const Tensor& tensor, const std::string& message, Where where = Where::here());

}  // namespace gradtape
