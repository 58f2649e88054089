#include "reduce_as_int64.h"

#include "elementwise.h"

namespace gradtape::kernels {
namespace {

// uint64 in the order of int64: half the range lies below 0.
void turn_order(std::int64_t* values, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) values[i] ^= INT64_MIN;
}

}  // namespace

std::unique_ptr<std::int64_t[]> in_order_of(DType dtype, const void* x, std::int64_t count) {
  auto values = std::make_unique_for_overwrite<std::int64_t[]>(static_cast<std::size_t>(count));
  cast(dtype, x, DType::int64, values.get(), count);
  if (dtype == DType::uint64) turn_order(values.get(), count);
  return values;
}

void reduce_as_int64(Reduction reduction, DType dtype, const void* x, const Shape& shape, unsigned mask, void* y) {
  const std::int64_t count = shape.num_elements(), kept = reduced_shape(shape, mask, false).num_elements();
  const bool by_order = reduction == Reduction::max || reduction == Reduction::min;
  std::unique_ptr<std::int64_t[]> values = in_order_of(dtype, x, count);
  if (dtype == DType::uint64 && !by_order) turn_order(values.get(), count);
  const auto results = std::make_unique_for_overwrite<std::int64_t[]>(static_cast<std::size_t>(kept));
  reduce(reduction, DType::int64, values.get(), shape, mask, results.get());
  if (dtype == DType::uint64 && by_order) turn_order(results.get(), kept);
  cast(DType::int64, results.get(), dtype, y, kept);
}

}  // namespace gradtape::kernels
