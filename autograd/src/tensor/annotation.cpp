#include "gradtape/autograd/detail_annotation.h"
#include "tape/log.h"
#include "tensor/impl.h"

namespace gradtape::detail {
namespace {

struct Meaning final : Annotation {
  explicit Meaning(std::shared_ptr<const void> v) : value(std::move(v)) {}
  std::shared_ptr<const void> value;
};

struct Logits final : Annotation {
  Logits(Tensor t, LogitsFunction f) : tensor(std::move(t)), function(f) {}
  Tensor tensor;
  LogitsFunction function;
};

}  // namespace

Tensor annotated(const Tensor& tensor, std::shared_ptr<const void> meaning) {
  Tensor result = view(tensor, tensor.shape());
  impl_of(result)->annotation = new Meaning(std::move(meaning));
  return result;
}

const std::shared_ptr<const void>* meaning_of(const Tensor& tensor) {
  const TensorImpl* impl = impl_of(tensor);
  if (impl == nullptr || impl->annotation == nullptr) return nullptr;
  const auto* meaning = dynamic_cast<const Meaning*>(impl->annotation);
  return meaning != nullptr ? &meaning->value : nullptr;
}

void remember_logits(const Tensor& probabilities, const Tensor& logits, LogitsFunction function) {
  TensorImpl& impl = checked(probabilities);
  if (impl.annotation == nullptr) impl.annotation = new Logits(logits, function);
}

const Tensor* remembered_logits(const Tensor& probabilities, LogitsFunction function) {
  const auto* logits = dynamic_cast<const Logits*>(checked(probabilities).annotation);
  return logits != nullptr && logits->function == function ? &logits->tensor : nullptr;
}

NoRecording::NoRecording() : tapes_(recording_log() != nullptr ? recording_log()->suspend() : 0) {}
NoRecording::~NoRecording() {
  if (tapes_ != 0) Log::of_this_thread()->resume(tapes_);
}

}  // namespace gradtape::detail
