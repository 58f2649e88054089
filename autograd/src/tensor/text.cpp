#include "tensor/text.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/strings.h"
#include "tensor/impl.h"

namespace gradtape {
namespace detail {
namespace {

using Texts = std::shared_ptr<const std::vector<std::string>>;

struct TextBlocks final : Annotation {
  std::vector<Texts> blocks;  // in the order of their addresses
};

/// A view shares the memory of its base, and so the base's blocks.
TensorImpl& owner_of(const Tensor& tensor) {
  TensorImpl* impl = impl_of(tensor);
  return impl->base != nullptr ? *impl->base : *impl;
}
TextBlocks* blocks_of(const Tensor& tensor) { return dynamic_cast<TextBlocks*>(owner_of(tensor).annotation); }

}  // namespace

Tensor from_texts(std::vector<std::string> texts, const Shape& shape) {
  if (checked_count(shape, DType::string) != static_cast<std::int64_t>(texts.size()))
    throw InvalidArgumentError("[constant] " + std::to_string(texts.size()) + " texts for the shape " +
                               to_string(shape) + ", which has " + std::to_string(shape.num_elements()));
  const Tensor tensor = uninitialized(DType::string, shape);
  auto block = std::make_shared<const std::vector<std::string>>(std::move(texts));
  auto* handles = static_cast<const std::string**>(mutable_data(tensor));
  for (const std::string& text : *block) *handles++ = &text;
  auto* annotation = new TextBlocks;
  impl_of(tensor)->annotation = annotation;
  annotation->blocks.push_back(std::move(block));
  return tensor;
}

const std::string& text_at(const Tensor& tensor, std::int64_t place) {
  static const std::string nothing;
  const std::string* text = static_cast<const std::string* const*>(checked(tensor).data)[place];
  return text != nullptr ? *text : nothing;
}

void keep_texts(const Tensor& result, const Tensor& source) {
  const TextBlocks* from = blocks_of(source);
  TextBlocks* to = blocks_of(result);
  if (from == nullptr || to == from) return;
  if (to == nullptr) owner_of(result).annotation = to = new TextBlocks;
  std::vector<Texts> both;
  both.reserve(to->blocks.size() + from->blocks.size());
  std::set_union(to->blocks.begin(), to->blocks.end(), from->blocks.begin(), from->blocks.end(),
                 std::back_inserter(both));
  to->blocks = std::move(both);
}

}  // namespace detail

std::vector<std::string> strings_of(const Tensor& tensor) {
  if (tensor.dtype() != DType::string)
    throw InvalidArgumentError("strings_of() a tensor of dtype " + std::string(name_of(tensor.dtype())));
  std::vector<std::string> texts;
  for (std::int64_t i = 0; i < tensor.num_elements(); ++i) texts.push_back(detail::text_at(tensor, i));
  return texts;
}

}  // namespace gradtape
