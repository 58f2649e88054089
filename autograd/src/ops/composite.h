#pragma once
// Checks of functions that are made of other ops.

#include "ops/op.h"

namespace gradtape::detail {

/// Runs the checks; an error carries the function's name and the user's line, as an op's does.
template <class F>
void check_for(std::string_view name, Where where, const F& checks) {
  try {
    checks();
  } catch (Error& error) {
    rethrow_in(name, where, error);
  }
}

}  // namespace gradtape::detail
