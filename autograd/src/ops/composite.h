#pragma once
// What functions that are made of other ops share.

#include "ops/op.h"

namespace gradtape::detail {

/// Runs the checks of a function, so that their errors name it, and not the op inside, and the user's line.
template <class F>
decltype(auto) in_function(std::string_view name, Where where, const F& body) {
  try {
    return body();
  } catch (Error& error) {
    rethrow_in(name, where, error);
  }
}

}  // namespace gradtape::detail
