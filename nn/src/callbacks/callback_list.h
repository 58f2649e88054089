#pragma once

#include <vector>

#include "gradtape/nn/callback.h"

namespace gradtape::nn {

/// The callbacks of one fit, evaluate or predict; while it lives they know the model.
class CallbackList {
 public:
  CallbackList(const std::vector<CallbackHandle>& callbacks, Model& model, const TrainingParams& params);
  ~CallbackList();
  CallbackList(const CallbackList&) = delete;
  CallbackList& operator=(const CallbackList&) = delete;

  void set_params(const TrainingParams& params);
  /// Calls `event` on each, in order: list.notify(&Callback::on_epoch_end, epoch, logs).
  template <class... Parameters, class... Arguments>
  void notify(void (Callback::*event)(Parameters...), Arguments&&... arguments) const {
    for (const CallbackHandle& callback : callbacks_) ((*callback).*event)(arguments...);
  }
  template <class C>
  bool has() const {
    for (const CallbackHandle& callback : callbacks_)
      if (dynamic_cast<const C*>(&*callback) != nullptr) return true;
    return false;
  }

 private:
  std::vector<CallbackHandle> callbacks_;
};

}  // namespace gradtape::nn
