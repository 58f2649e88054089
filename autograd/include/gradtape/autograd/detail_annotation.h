#pragma once
// For the nn module: tensors that stand for something, and code that no tape sees.

#include <memory>

#include "gradtape/autograd/tensor.h"

namespace gradtape::detail {

/// A new Tensor on the same elements that carries `meaning`; not recorded.
Tensor annotated(const Tensor& tensor, std::shared_ptr<const void> meaning);
/// What `annotated` attached, or null.
const std::shared_ptr<const void>* meaning_of(const Tensor& tensor);

/// Which function made probabilities of logits.
enum class LogitsFunction { sigmoid, softmax };
/// Makes `probabilities`, which the caller alone holds, remember what it was computed from.
void remember_logits(const Tensor& probabilities, const Tensor& logits, LogitsFunction function);
/// What remember_logits attached for this function, or null.
const Tensor* remembered_logits(const Tensor& probabilities, LogitsFunction function);

/// While it lives, no tape of this thread records but those made in the meantime.
class NoRecording {
 public:
  NoRecording();
  ~NoRecording();
  NoRecording(const NoRecording&) = delete;
  NoRecording& operator=(const NoRecording&) = delete;

 private:
  std::uint64_t tapes_;  // that recorded
};

}  // namespace gradtape::detail
