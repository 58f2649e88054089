#include "ops/pooling_ops.h"

#include "gradtape/autograd/ops/creation.h"
#include "ops/checks.h"

namespace gradtape::detail {
namespace {

using Values = std::vector<Tensor>;

// `result` is the maximum of each window of `input`.
Tensor max_scattered(const Pooling& pooling, const Tensor& input, const Tensor& result, const Tensor& dy);
Tensor max_gathered(const Pooling& pooling, const Tensor& input, const Tensor& result, const Tensor& values);
Tensor avg_scattered(const Pooling& pooling, const Tensor& dy);

/// Windows that overlap, leave gaps, reach over the edges, and share the input out.
std::vector<Pooling> cases() {
  std::vector<Pooling> all;
  const auto add = [&](const Shape& input, const Shape& kernel, const Shape& strides, const WindowPadding& padding) {
    Pooling pooling{{input[0], input.back(), {}, false}, input, {}};
    Shape ones;
    for (int i = 0; i < kernel.rank(); ++i) ones.push_back(1);
    resolve_windows(input.sub(1, input.rank() - 1), {kernel, strides, ones}, padding, pooling.shape.axes);
    pooling.result = result_shape(input[0], pooling.shape.axes, kernel.rank(), input.back());
    all.push_back(pooling);
  };
  add({2, 5, 2}, {2}, {2}, "VALID");
  add({1, 4, 5, 3}, {3, 2}, {1, 2}, "SAME");
  add({1, 5, 3, 1}, {2, 1}, {3, 1}, "VALID");
  add({1, 3, 3, 2, 1}, {2, 2, 2}, {1, 2, 1}, "SAME");
  add({0, 4, 4, 2}, {2, 2}, {2, 2}, "VALID");
  all.push_back({{1, 2, {{}, {5, 1, 3}, {4, 1, 2}}, true}, {1, 5, 4, 2}, {1, 3, 2, 2}});
  return all;
}

struct MaxPool {
  static constexpr std::string_view name = "max_pool";
  Pooling pooling;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return pooling.result;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::max_pool(x.dtype(0), pooling.shape, x.impl(0).data, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> input, Y result) const {
    return partials([=, this] { return max_scattered(pooling, input, result, dy); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Pooling& p : cases())
      samples.push_back({[p](const Values& x) { return max_pooled(p, x[0], {}); }, {sample_values(p.input, -2, 2)}});
    return samples;
  }
};

/// dy at the places of the maxima.
struct MaxPoolScatter {
  static constexpr std::string_view name = "max_pool_gradient";
  Pooling pooling;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return pooling.input;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::max_pool_scatter(x.dtype(0), pooling.shape, x.impl(0).data, x.impl(1).data, x.impl(2).data,
                              impl_of(y)->data);
  }
  auto gradient(Dy upstream, X<0> input, X<1> result) const {
    return partials([=] { return zeros({}, input->dtype()); }, no_partial,
                    [=, this] { return max_gathered(pooling, input, result, upstream); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Pooling& p : cases())
      samples.push_back({[p](const Values& x) { return max_scattered(p, x[0], max_pooled(p, x[0], {}), x[1]); },
                         {sample_values(p.input, -2, 2), sample_values(p.result, -1, 2)}});
    return samples;
  }
};

/// Values from the places of the maxima.
struct MaxPoolGather {
  static constexpr std::string_view name = "max_pool_gather";
  Pooling pooling;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return pooling.result;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::max_pool_gather(x.dtype(0), pooling.shape, x.impl(0).data, x.impl(1).data, x.impl(2).data,
                             impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0> input, X<1> result) const {
    return partials([=] { return zeros({}, input->dtype()); }, no_partial,
                    [=, this] { return max_scattered(pooling, input, result, dy); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Pooling& p : cases())
      samples.push_back({[p](const Values& x) { return max_gathered(p, x[0], max_pooled(p, x[0], {}), x[1]); },
                         {sample_values(p.input, -2, 2), sample_values(p.input, -1, 2)}});
    return samples;
  }
};

struct MaxPoolPlaces {
  static constexpr std::string_view name = "max_pool_argmax";
  static constexpr std::string_view not_differentiable = "it returns places";
  Pooling pooling;
  bool count_images;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return pooling.result;
  }
  DType dtype(const Inputs&) const { return int64; }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::max_pool_places(x.dtype(0), pooling.shape, x.impl(0).data, count_images,
                             static_cast<std::int64_t*>(impl_of(y)->data));
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Pooling& p : cases())
      samples.push_back(
          {[p](const Values& x) { return max_places(p, x[0], true, {}); }, {sample_values(p.input, -2, 2)}});
    return samples;
  }
};

struct AvgPool {
  static constexpr std::string_view name = "avg_pool";
  Pooling pooling;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return pooling.result;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::avg_pool(x.dtype(0), pooling.shape, x.impl(0).data, impl_of(y)->data);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return avg_scattered(pooling, dy); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Pooling& p : cases())
      samples.push_back({[p](const Values& x) { return avg_pooled(p, x[0], {}); }, {sample_values(p.input, -2, 2)}});
    return samples;
  }
};

/// dy shared out over each window.
struct AvgPoolScatter {
  static constexpr std::string_view name = "avg_pool_gradient";
  Pooling pooling;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return pooling.input;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::avg_pool_gradient(x.dtype(0), pooling.shape, x.impl(0).data, impl_of(y)->data);
  }
  auto gradient(Dy upstream) const {
    return partials([=, this] { return avg_pooled(pooling, upstream, {}); });
  }
  static std::vector<Sample> samples() {
    std::vector<Sample> samples;
    for (const Pooling& p : cases())
      samples.push_back({[p](const Values& x) { return avg_scattered(p, x[0]); }, {sample_values(p.result, -2, 2)}});
    return samples;
  }
};

Tensor max_scattered(const Pooling& pooling, const Tensor& input, const Tensor& result, const Tensor& dy) {
  return record(MaxPoolScatter{pooling}, {input, result, dy}, {});
}
Tensor max_gathered(const Pooling& pooling, const Tensor& input, const Tensor& result, const Tensor& values) {
  return record(MaxPoolGather{pooling}, {input, result, values}, {});
}
Tensor avg_scattered(const Pooling& pooling, const Tensor& dy) { return record(AvgPoolScatter{pooling}, {dy}, {}); }

}  // namespace

Tensor max_pooled(const Pooling& pooling, const Tensor& input, Where where) {
  return record(MaxPool{pooling}, {input}, where);
}
Tensor avg_pooled(const Pooling& pooling, const Tensor& input, Where where) {
  return record(AvgPool{pooling}, {input}, where);
}
Tensor max_places(const Pooling& pooling, const Tensor& input, bool count_images, Where where) {
  return record(MaxPoolPlaces{pooling, count_images}, {input}, where);
}

std::vector<OpRow> pooling_ops() {
  std::vector<OpRow> rows = {row<MaxPool>("pooling"),       row<MaxPoolScatter>("pooling"),
                             row<MaxPoolGather>("pooling"), row<MaxPoolPlaces>("pooling"),
                             row<AvgPool>("pooling"),       row<AvgPoolScatter>("pooling")};
  for (const OpRow& other : pooling_function_ops()) rows.push_back(other);
  return rows;
}

}  // namespace gradtape::detail
