#pragma once
// The loss functions without the scope and the error context that the public ones and nn::Loss put around them.

#include <string_view>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/name_scope.h"
#include "gradtape/nn/losses.h"

namespace gradtape::nn::losses {

/// What body returns, run in a scope of this name; its errors carry the name and the line.
template <class Body>
Tensor in_scope(std::string_view name, Where where, const Body& body) {
  try {
    const NameScope scope(name, where);
    return body();
  } catch (Error& error) {
    error.add_context(name, current_scope(), where);
    throw;
  }
}

namespace functions {

Tensor mean_squared_error(const Tensor& y_true, const Tensor& y_pred);
Tensor mean_absolute_error(const Tensor& y_true, const Tensor& y_pred);
Tensor huber(const Tensor& y_true, const Tensor& y_pred, double delta);
Tensor binary_crossentropy(const Tensor& y_true, const Tensor& y_pred, const CrossentropyFunctionOptions& options);
Tensor categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred,
                                const CrossentropyFunctionOptions& options);
Tensor sparse_categorical_crossentropy(const Tensor& y_true, const Tensor& y_pred, bool from_logits);

/// Throws InvalidArgumentError outside [0, 1].
void check_label_smoothing(double label_smoothing);

}  // namespace functions
}  // namespace gradtape::nn::losses
