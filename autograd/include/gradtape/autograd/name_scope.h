#pragma once
// NameScope: names the ops that run while it lives.

#include <cstdint>
#include <string>
#include <string_view>

#include "gradtape/autograd/where.h"

namespace gradtape {

namespace detail {
struct LayerFrame;
class Log;
}  // namespace detail

/// tf.name_scope: errors, why_no_gradient and the tape's reports name the scopes that an op ran in, outermost first,
/// and the line of the innermost scope's call in place of a line inside the library. Every layer's call opens one.
class NameScope {
 public:
  /// The name must outlive the scope.
  explicit NameScope(std::string_view name, Where where = Where::here());
  ~NameScope();
  NameScope(const NameScope&) = delete;
  NameScope& operator=(const NameScope&) = delete;

 private:
  friend class detail::Log;
  friend struct NameScopeAccess;
  std::string_view name_;
  Where where_;
  NameScope* parent_;
  const detail::LayerFrame* frame_ = nullptr;  // its copy on the tape's log, once an op has been recorded in it
  std::uint64_t frame_generation_ = 0;
};

/// "outer/inner": the scopes of this thread now; "" outside of any.
std::string current_scope();

}  // namespace gradtape
