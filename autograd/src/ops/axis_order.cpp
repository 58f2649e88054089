// Functions made of transpose.
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

Axes swapped(int rank, int a, int b) {
  Axes perm = Axes::none();
  for (int i = 0; i < rank; ++i) perm.push_back(i == a ? b : i == b ? a : i);
  return perm;
}

Axes moved(int rank, const Axes& source, const Axes& destination) {
  if (source.all() || destination.all() || source.count() != destination.count())
    throw InvalidArgumentError("source names " + std::to_string(source.count()) + " axes and destination " +
                               std::to_string(destination.count()) + "; they must name as many");
  const unsigned taken = source.mask(rank);
  static_cast<void>(destination.mask(rank));
  int axes[Shape::max_rank];
  for (int& axis : axes) axis = -1;
  for (int i = 0; i < source.count(); ++i)
    axes[normalize_axis(destination.begin()[i], rank)] = normalize_axis(source.begin()[i], rank);
  Axes perm = Axes::none();
  for (int place = 0, next = 0; place < rank; ++place) {
    while (axes[place] < 0 && (taken >> next & 1)) ++next;
    perm.push_back(axes[place] >= 0 ? axes[place] : next++);
  }
  return perm;
}

std::vector<Sample> swapaxes_samples() {
  return {{[](const Values& x) { return swapaxes(x[0], 0, 1); }, {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) { return swapaxes(x[0], -1, 0); }, {sample_values({2, 1, 3, 2}, -2, 2)}},
          {[](const Values& x) { return swapaxes(x[0], 0, 0); }, {sample_values({3}, -2, 2)}}};
}
std::vector<Sample> moveaxis_samples() {
  return {{[](const Values& x) { return moveaxis(x[0], 0, -1); }, {sample_values({2, 3, 4}, -2, 2)}},
          {[](const Values& x) {
             return moveaxis(x[0], {0, 1}, {-1, -2});
           },
           {sample_values({2, 3, 2, 1}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> axis_order_ops() {
  return {composite("swapaxes", "shape", swapaxes_samples), composite("moveaxis", "shape", moveaxis_samples)};
}

}  // namespace detail

using namespace detail;

Tensor swapaxes(const Tensor& a, int axis1, int axis2, Where where) {
  return transpose(a,
                   in_function("swapaxes", where,
                               [&] {
                                 const int rank = a.rank();
                                 return swapped(rank, normalize_axis(axis1, rank), normalize_axis(axis2, rank));
                               }),
                   where);
}
Tensor moveaxis(const Tensor& a, const Axes& source, const Axes& destination, Where where) {
  return transpose(a, in_function("moveaxis", where, [&] { return moved(a.rank(), source, destination); }), where);
}

}  // namespace gradtape
