#include "gradtape/autograd/ops/segment.h"

#include <cstring>
#include <limits>

#include "gradtape/autograd/name_scope.h"
#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "gradtape/autograd/ops/sorting.h"
#include "kernels/dispatch.h"
#include "kernels/segment.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/op.h"
#include "ops/recurrence.h"
#include "ops/reduction_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::SegmentFold;
using Values = std::vector<Tensor>;

void check_ids(const TensorImpl& ids, const Shape& data) {
  if (ids.dtype != int32 && ids.dtype != int64)
    throw InvalidArgumentError("segment ids are int32 or int64, got " + text_of(ids.dtype) + "; cast them first");
  bool fits = ids.shape.rank() <= data.rank();
  for (int i = 0; fits && i < ids.shape.rank(); ++i) fits = ids.shape[i] == data[i];
  if (!fits)
    throw InvalidArgumentError("segment ids of shape " + to_string(ids.shape) + " do not fit data of shape " +
                               to_string(data) + ", which must begin with it");
}

/// One more than the last of ids that are checked to ascend.
std::int64_t sorted_segment_count(const TensorImpl& ids, const Shape& data) {
  if (ids.shape.rank() != 1 || data.rank() == 0 || data[0] != ids.shape[0])
    throw InvalidArgumentError("data of shape " + to_string(data) + " needs one segment id for each row, got shape " +
                               to_string(ids.shape));
  if (ids.count == 0) return 0;
  std::int64_t last = 0;
  kernels::with_type(ids.dtype, [&](auto zero) {
    const auto* each = static_cast<const decltype(zero)*>(ids.data);
    for (std::int64_t i = 0; i < ids.count; ++i) {
      const auto id = static_cast<std::int64_t>(each[i]);
      if (id < last)
        throw InvalidArgumentError("segment id " + std::to_string(id) + " at " + std::to_string(i) +
                                   (id < 0 ? " is negative" : " is less than the one before it") +
                                   "; ids must ascend from 0 (unsorted_segment_... takes any order)");
      last = id;
    }
  });
  if (last == std::numeric_limits<std::int64_t>::max())
    throw ResourceExhaustedError(std::to_string(last) + " segments are more than memory can hold");
  return last + 1;
}

void check_unsorted(const TensorImpl& ids, std::int64_t segments) {
  if (segments < 0)
    throw InvalidArgumentError("num_segments that is not negative is needed, got " + std::to_string(segments));
  kernels::with_type(ids.dtype, [&](auto zero) {
    const auto* each = static_cast<const decltype(zero)*>(ids.data);
    for (std::int64_t i = 0; i < ids.count; ++i)
      if (static_cast<std::int64_t>(each[i]) >= segments)
        throw InvalidArgumentError("segment id " + std::to_string(each[i]) + " at " + position_of(i, ids.shape) +
                                   " is outside [0, " + std::to_string(segments) + ")");
  });
}

/// Rows of dy at the ids; zeros where an id is negative. The gradient of unsorted_segment_sum.
Tensor segment_gather(const Tensor& dy, const Tensor& ids, const Shape& data_shape);

template <SegmentFold fold, bool sorted>
struct SegmentOp {
  static constexpr bool mixed_dtypes = true;
  std::int64_t num_segments;
  Shape data_shape;

  Shape infer(const Inputs& x) const {
    const TensorImpl& ids = x.impl(1);
    check_number(x.dtype(0));
    check_ids(ids, data_shape);
    if (!sorted) check_unsorted(ids, num_segments);
    Shape shape{sorted ? sorted_segment_count(ids, data_shape) : num_segments};
    for (int i = ids.shape.rank(); i < data_shape.rank(); ++i) shape.push_back(data_shape[i]);
    return shape;
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &data = *impl_of(x[0]), &ids = *impl_of(x[1]), &result = *impl_of(y);
    const std::int64_t inner = product_of(result.shape, 1, result.shape.rank());
    kernels::segment_fold(fold, data.dtype, data.data, ids.count, inner, ids.dtype, ids.data, result.shape[0],
                          result.data);
    if (sorted && (fold == SegmentFold::max || fold == SegmentFold::min)) clear_gaps(ids, result, inner);
  }

 private:
  static void clear_gaps(const TensorImpl& ids, const TensorImpl& result, std::int64_t inner) {
    const std::size_t row = static_cast<std::size_t>(inner) * size_of(result.dtype);
    std::int64_t next = 0;
    for (std::int64_t i = 0; i < ids.count; ++i) {
      const std::int64_t id = integer_at(ids, i);
      if (id > next)
        std::memset(static_cast<char*>(result.data) + static_cast<std::size_t>(next) * row, 0,
                    static_cast<std::size_t>(id - next) * row);
      next = id + 1;
    }
  }
};

template <bool sorted>
struct SumOp : SegmentOp<SegmentFold::sum, sorted> {
  auto gradient(Dy dy, X<1, 0> ids) const {
    return partials([=, this] { return segment_gather(dy, ids, this->data_shape); }, no_partial);
  }
};

template <SegmentFold fold, bool sorted>
struct ExtremeOp : SegmentOp<fold, sorted> {
  auto gradient(Dy dy, X<0> x, X<1> ids, Y y) const {
    return partials(
        [=, this] {
          const Shape& shape = x->shape();
          const Tensor selected = cast(equal(x, segment_gather(y, ids, shape)), x->dtype());
          // A segment without rows shares with nobody.
          const Tensor count = maximum(unsorted_segment_sum(selected, ids, y->shape()[0]), 1);
          return segment_gather(dy / count, ids, shape) * selected;
        },
        no_partial);
  }
};

/// For each row of x (rows, inner) the product of the others with its id, which ascend: a recurrence that starts anew
/// at each segment, from the front and from the back.
Tensor product_of_other_rows(const Tensor& x, const Tensor& ids) {
  const std::int64_t n = ids.num_elements();
  const Tensor bound = constant({false});
  const Tensor inside = equal(slice(ids, {1}, {n - 1}), slice(ids, {0}, {n - 1}));
  Tensor product;
  for (const bool reverse : {false, true}) {
    const Tensor continues = expand_dims(reverse ? concat({inside, bound}, 0) : concat({bound, inside}, 0), 1);
    const Tensor factor = where(continues, previous_along(x, 0, reverse), 0);
    const Tensor start = where(continues, zeros_like(x), 1);
    const Tensor one_side = linear_recurrence(factor, start, 0, reverse);
    product = product ? product * one_side : one_side;
  }
  return product;
}

template <bool sorted>
struct ProductOp : SegmentOp<SegmentFold::product, sorted> {
  auto gradient(Dy dy, X<0> x, X<1> segment_ids) const {
    return partials(
        [=, this]() -> Tensor {
          const Shape& shape = x->shape();
          if (shape.num_elements() == 0) return x;
          const Tensor ids = reshape(segment_ids, {-1});
          const Tensor rows = reshape(x, {ids.num_elements(), -1});
          Tensor others;
          if (sorted) {
            others = product_of_other_rows(rows, ids);
          } else {
            const Tensor order = argsort(ids);
            others =
                gather(product_of_other_rows(gather(rows, order), gather(ids, order)), invert_permutation(order));
          }
          return segment_gather(dy, segment_ids, shape) * reshape(others, shape);
        },
        no_partial);
  }
};

using SortedFunction = Tensor (*)(const Tensor&, const Tensor&, Where);
using UnsortedFunction = Tensor (*)(const Tensor&, const Tensor&, std::int64_t, Where);

template <SortedFunction function>
std::vector<Sample> sorted_samples() {
  const auto call = [](const Tensor& ids) { return [ids](const Values& x) { return function(x[0], ids, {}); }; };
  return {{call(constant({0, 0, 1, 1, 1})), {sample_values({5}, -2, 2)}},
          {call(constant({0, 2, 2, 3}, int64)), {sample_values({4, 3}, -2, 2)}},
          {call(constant({1})), {sample_values({1, 2, 2}, -2, 2)}},
          {call(zeros({0}, int32)), {sample_values({0, 3}, -2, 2)}}};
}

template <UnsortedFunction function>
std::vector<Sample> unsorted_samples() {
  const auto call = [](const Tensor& ids, std::int64_t segments) {
    return [ids, segments](const Values& x) {
      const Tensor y = function(x[0], ids, segments, {});
      // The extreme numbers of segments without elements would swamp a numeric difference.
      return where(abs(y) > 1e30, 0, y);
    };
  };
  return {{call(constant({2, 0, 2, -1, 2}), 3), {sample_values({5}, -2, 2)}},
          {call(constant({1, 1, 3, 0}, int64), 5), {sample_values({4, 3}, -2, 2)}},
          {call(constant({{1, 0}, {0, 0}}), 2), {sample_values({2, 2, 2}, -2, 2)}},
          {call(constant(0), 1), {sample_values({2}, -2, 2)}},
          {call(zeros({0}, int32), 2), {sample_values({0, 3}, -2, 2)}}};
}

struct SegmentSum : SumOp<true> {
  static constexpr std::string_view name = "segment_sum";
  static auto samples() { return sorted_samples<segment_sum>(); }
};
struct SegmentProd : ProductOp<true> {
  static constexpr std::string_view name = "segment_prod";
  static auto samples() { return sorted_samples<segment_prod>(); }
};
struct SegmentMax : ExtremeOp<SegmentFold::max, true> {
  static constexpr std::string_view name = "segment_max";
  static auto samples() { return sorted_samples<segment_max>(); }
};
struct SegmentMin : ExtremeOp<SegmentFold::min, true> {
  static constexpr std::string_view name = "segment_min";
  static auto samples() { return sorted_samples<segment_min>(); }
};
struct UnsortedSegmentSum : SumOp<false> {
  static constexpr std::string_view name = "unsorted_segment_sum";
  static auto samples() { return unsorted_samples<unsorted_segment_sum>(); }
};
struct UnsortedSegmentProd : ProductOp<false> {
  static constexpr std::string_view name = "unsorted_segment_prod";
  static std::vector<Sample> samples() {
    auto samples = unsorted_samples<unsorted_segment_prod>();
    const auto call = [](const Values& x) { return unsorted_segment_prod(x[0], constant({1, 0, 1, 1, 0, 0}), 2); };
    samples.push_back({call, {constant({1.5, 0.0, 0.0, 2.0, 0.0, 3.0}, float64)}});
    return samples;
  }
};
struct UnsortedSegmentMax : ExtremeOp<SegmentFold::max, false> {
  static constexpr std::string_view name = "unsorted_segment_max";
  static auto samples() { return unsorted_samples<unsorted_segment_max>(); }
};
struct UnsortedSegmentMin : ExtremeOp<SegmentFold::min, false> {
  static constexpr std::string_view name = "unsorted_segment_min";
  static auto samples() { return unsorted_samples<unsorted_segment_min>(); }
};

struct SegmentGather {
  static constexpr std::string_view name = "segment_gather";
  static constexpr bool mixed_dtypes = true;
  Shape data_shape;
  std::int64_t num_segments;

  Shape infer(const Inputs&) const { return data_shape; }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &from = *impl_of(x[0]), &ids = *impl_of(x[1]);
    const std::int64_t inner = product_of(from.shape, 1, from.shape.rank());
    kernels::segment_gather(from.data, inner * static_cast<std::int64_t>(size_of(from.dtype)), ids.dtype, ids.data,
                            ids.count, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<1, 0> ids) const {
    return partials([=, this] { return unsorted_segment_sum(dy, ids, num_segments); }, no_partial);
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) {
               return segment_gather(x[0], constant({1, -1, 0, 1}), {4, 2});
             },
             {sample_values({3, 2}, -2, 2)}},
            {[](const Values& x) {
               return segment_gather(x[0], constant({{1, 0}, {0, 0}}), {2, 2});
             },
             {sample_values({2}, -2, 2)}}};
  }
};

Tensor segment_gather(const Tensor& dy, const Tensor& ids, const Shape& data_shape) {
  return record(SegmentGather{data_shape, dy.shape()[0]}, {dy, ids}, {});
}

/// How many elements each segment has, at least 1, to broadcast to a sum of rank `rank`.
Tensor counts(const Tensor& ids, std::int64_t segments, DType dtype, int rank) {
  Shape shape{segments};
  while (shape.rank() < rank) shape.push_back(1);
  return reshape(maximum(unsorted_segment_sum(ones(ids.shape(), dtype), ids, segments), 1), shape);
}

/// sum / counts, or their roots; sum has come from the op, which has checked ids.
Tensor divided_by_counts(const Tensor& sum, const Tensor& ids, bool by_root) {
  const Tensor count = counts(ids, sum.shape()[0], sum.dtype(), sum.rank());
  return sum / (by_root ? sqrt(count) : count);
}

}  // namespace

std::vector<OpRow> segment_ops() {
  return {row<SegmentSum>("segment"),
          row<SegmentProd>("segment"),
          row<SegmentMax>("segment"),
          row<SegmentMin>("segment"),
          composite("segment_mean", "segment", &sorted_samples<segment_mean>),
          row<UnsortedSegmentSum>("segment"),
          row<UnsortedSegmentProd>("segment"),
          row<UnsortedSegmentMax>("segment"),
          row<UnsortedSegmentMin>("segment"),
          composite("unsorted_segment_mean", "segment", &unsorted_samples<unsorted_segment_mean>),
          composite("unsorted_segment_sqrt_n", "segment", &unsorted_samples<unsorted_segment_sqrt_n>),
          row<SegmentGather>("segment")};
}

}  // namespace detail

using namespace detail;

Tensor segment_sum(const Tensor& data, const Tensor& segment_ids, Where where) {
  return record(SegmentSum{{0, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor segment_prod(const Tensor& data, const Tensor& segment_ids, Where where) {
  return record(SegmentProd{{0, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor segment_max(const Tensor& data, const Tensor& segment_ids, Where where) {
  return record(SegmentMax{{0, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor segment_min(const Tensor& data, const Tensor& segment_ids, Where where) {
  return record(SegmentMin{{0, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor segment_mean(const Tensor& data, const Tensor& segment_ids, Where where) {
  in_function("segment_mean", where, [&] { check_floating(described(data).dtype); });
  const NameScope scope("segment_mean", where);
  return divided_by_counts(segment_sum(data, segment_ids), segment_ids, false);
}

Tensor unsorted_segment_sum(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return record(UnsortedSegmentSum{{num_segments, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor unsorted_segment_prod(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return record(UnsortedSegmentProd{{num_segments, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor unsorted_segment_max(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return record(UnsortedSegmentMax{{num_segments, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor unsorted_segment_min(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  return record(UnsortedSegmentMin{{num_segments, shape_of(data)}}, {data, segment_ids}, where);
}
Tensor unsorted_segment_mean(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments, Where where) {
  in_function("unsorted_segment_mean", where, [&] { check_floating(described(data).dtype); });
  const NameScope scope("unsorted_segment_mean", where);
  return divided_by_counts(unsorted_segment_sum(data, segment_ids, num_segments), segment_ids, false);
}
Tensor unsorted_segment_sqrt_n(const Tensor& data, const Tensor& segment_ids, std::int64_t num_segments,
                               Where where) {
  in_function("unsorted_segment_sqrt_n", where, [&] { check_floating(described(data).dtype); });
  const NameScope scope("unsorted_segment_sqrt_n", where);
  return divided_by_counts(unsorted_segment_sum(data, segment_ids, num_segments), segment_ids, true);
}

}  // namespace gradtape
