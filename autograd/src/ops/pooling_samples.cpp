// The rows of the functions that are made of the pooling ops.
#include "gradtape/autograd/ops/pooling.h"
#include "ops/pooling_ops.h"

namespace gradtape::detail {
namespace {

using Values = std::vector<Tensor>;
using Call = Tensor (*)(const Values&);

std::vector<Sample> of(Call call, const Shape& shape) { return {{call, {sample_values(shape, -2, 2)}}}; }

std::vector<Sample> max1() {
  return of([](const Values& x) { return max_pool1d(x[0], 3, 2, "SAME"); }, {2, 6, 2});
}
std::vector<Sample> max2() {
  return of([](const Values& x) { return max_pool2d(x[0], 2, 2, "VALID", {.data_format = "NCHW"}); }, {1, 2, 4, 5});
}
std::vector<Sample> max3() {
  return of([](const Values& x) { return max_pool3d(x[0], {1, 2, 1, 2, 1}, 1, "VALID"); }, {1, 3, 2, 3, 1});
}
std::vector<Sample> max_and_places() {
  return of([](const Values& x) { return max_pool_with_argmax(x[0], 2, 1, "SAME").output; }, {1, 3, 3, 2});
}
std::vector<Sample> avg1() {
  return of([](const Values& x) { return avg_pool1d(x[0], 3, 1, "SAME"); }, {2, 4, 1});
}
std::vector<Sample> avg2() {
  return of([](const Values& x) { return avg_pool2d(x[0], 3, 2, {{0, 0}, {1, 2}, {0, 1}, {0, 0}}); }, {1, 4, 5, 2});
}
std::vector<Sample> avg3() {
  return of([](const Values& x) { return avg_pool3d(x[0], 2, 2, "SAME", {.data_format = "NCDHW"}); },
            {1, 2, 3, 2, 3});
}
std::vector<Sample> pools() {
  std::vector<Sample> samples = of([](const Values& x) { return pool(x[0], 2, "AVG"); }, {1, 4, 2});
  for (Sample& more : of(
           [](const Values& x) {
             return pool(x[0], {2, 3}, "MAX", 1, "SAME", {.dilations = {2, 1}});
           },
           {1, 5, 4, 2}))
    samples.push_back(std::move(more));
  return samples;
}
std::vector<Sample> global_avg() {
  std::vector<Sample> samples = of([](const Values& x) { return global_avg_pool(x[0]); }, {2, 3, 2, 2});
  for (Sample& more :
       of([](const Values& x) { return global_avg_pool(x[0], {.data_format = "NCW", .keepdims = true}); }, {2, 3, 4}))
    samples.push_back(std::move(more));
  return samples;
}
std::vector<Sample> global_max() {
  return of([](const Values& x) { return global_max_pool(x[0]); }, {2, 3, 2, 2});
}
std::vector<Sample> adaptive_avg1() {
  return of([](const Values& x) { return adaptive_avg_pool1d(x[0], 3); }, {2, 7, 1});
}
std::vector<Sample> adaptive_avg2() {
  return of([](const Values& x) { return adaptive_avg_pool2d(x[0], {2, 3}, {.data_format = "NCHW"}); }, {1, 2, 5, 4});
}
std::vector<Sample> adaptive_avg3() {
  return of([](const Values& x) { return adaptive_avg_pool3d(x[0], {1, 2, 3}); }, {1, 2, 3, 4, 1});
}
std::vector<Sample> adaptive_max1() {
  return of([](const Values& x) { return adaptive_max_pool1d(x[0], 3); }, {2, 7, 1});
}
std::vector<Sample> adaptive_max2() {
  return of([](const Values& x) { return adaptive_max_pool2d(x[0], {2, 3}); }, {1, 5, 4, 2});
}
std::vector<Sample> adaptive_max3() {
  return of([](const Values& x) { return adaptive_max_pool3d(x[0], {1, 2, 3}); }, {1, 2, 3, 4, 1});
}

}  // namespace

std::vector<OpRow> pooling_function_ops() {
  const std::string_view family = "pooling";
  return {composite("max_pool1d", family, max1),
          composite("max_pool2d", family, max2),
          composite("max_pool3d", family, max3),
          composite("max_pool_with_argmax", family, max_and_places),
          composite("avg_pool1d", family, avg1),
          composite("avg_pool2d", family, avg2),
          composite("avg_pool3d", family, avg3),
          composite("pool", family, pools),
          composite("global_avg_pool", family, global_avg),
          composite("global_max_pool", family, global_max),
          composite("adaptive_avg_pool1d", family, adaptive_avg1),
          composite("adaptive_avg_pool2d", family, adaptive_avg2),
          composite("adaptive_avg_pool3d", family, adaptive_avg3),
          composite("adaptive_max_pool1d", family, adaptive_max1),
          composite("adaptive_max_pool2d", family, adaptive_max2),
          composite("adaptive_max_pool3d", family, adaptive_max3)};
}

}  // namespace gradtape::detail
