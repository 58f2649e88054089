#include "ops/convolution_ops.h"

#include "ops/checks.h"

namespace gradtape::detail {
namespace {

using Values = std::vector<Tensor>;

template <int rank>
struct Convolution {
  static constexpr std::string_view name = rank == 1 ? "conv1d" : rank == 2 ? "conv2d" : "conv3d";
  Convolving convolving;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return convolving.result;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::convolution(x.dtype(0), convolving.shape, x.impl(0).data, x.impl(1).data, impl_of(y)->data);
  }
  auto gradient(Dy dy, X<0, 1> input, X<1, 0> filters) const {
    return partials([=, this] { return convolve_input_gradient(convolving, dy, filters, {}); },
                    [=, this] { return convolve_filter_gradient(convolving, input, dy, {}); });
  }
  static std::vector<Sample> samples();
};

template <int rank>
struct ConvolutionInputGradient {
  static constexpr std::string_view name = rank == 1   ? "conv1d_backprop_input"
                                           : rank == 2 ? "conv2d_backprop_input"
                                                       : "conv3d_backprop_input";
  Convolving convolving;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return convolving.input;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::convolution_input_gradient(x.dtype(0), convolving.shape, x.impl(0).data, x.impl(1).data,
                                        impl_of(y)->data);
  }
  auto gradient(Dy upstream, X<0, 1> dy, X<1, 0> filters) const {
    return partials([=, this] { return convolve(convolving, upstream, filters, {}); },
                    [=, this] { return convolve_filter_gradient(convolving, upstream, dy, {}); });
  }
  static std::vector<Sample> samples();
};

template <int rank>
struct ConvolutionFilterGradient {
  static constexpr std::string_view name = rank == 1   ? "conv1d_backprop_filter"
                                           : rank == 2 ? "conv2d_backprop_filter"
                                                       : "conv3d_backprop_filter";
  Convolving convolving;

  Shape infer(const Inputs& x) const {
    check_floating(x.dtype(0));
    return convolving.filters;
  }
  void forward(const Inputs& x, Tensor& y) const {
    kernels::convolution_filter_gradient(x.dtype(0), convolving.shape, x.impl(0).data, x.impl(1).data,
                                         impl_of(y)->data);
  }
  auto gradient(Dy upstream, X<0, 1> input, X<1, 0> dy) const {
    return partials([=, this] { return convolve_input_gradient(convolving, dy, upstream, {}); },
                    [=, this] { return convolve(convolving, input, upstream, {}); });
  }
  static std::vector<Sample> samples();
};

template <template <int> class Map>
Tensor record_of_rank(const Convolving& convolving, const Tensor& a, const Tensor& b, Where where) {
  switch (convolving.input.rank()) {
    case 3:
      return record(Map<1>{convolving}, {a, b}, where);
    case 4:
      return record(Map<2>{convolving}, {a, b}, where);
    default:
      return record(Map<3>{convolving}, {a, b}, where);
  }
}

Shape of_length(int rank, std::int64_t length) {
  Shape shape;
  for (int i = 0; i < rank; ++i) shape.push_back(length);
  return shape;
}

struct Case {
  Convolving convolving;
  Tensor input, filters, result;
};

/// Small convolutions: odd and even lengths, strides, dilations, groups, both paddings.
std::vector<Case> cases(int rank) {
  std::vector<Case> all;
  const auto add = [&](std::int64_t batch, std::int64_t length, std::int64_t channels, std::int64_t kernel,
                       std::int64_t groups, std::int64_t filters, std::int64_t stride, std::int64_t dilation,
                       const char* padding) {
    Shape input{batch}, weights = of_length(rank, kernel);
    for (int i = 0; i < rank; ++i) input.push_back(length + i % 2);
    input.push_back(channels);
    weights.push_back(channels / groups);
    weights.push_back(filters);
    const Windows windows{of_length(rank, kernel), of_length(rank, stride), of_length(rank, dilation)};
    const Convolving convolving = checked_convolution(input, weights, windows, padding);
    all.push_back({convolving, sample_values(input, -2, 2), sample_values(weights, -1, 1),
                   sample_values(convolving.result, -1, 2)});
  };
  add(2, 3, 2, 2, 1, 3, 1, 1, "VALID");
  add(1, 4, 1, 3, 1, 2, 2, 1, "SAME");
  if (rank < 3) {
    add(1, 4, 4, 2, 2, 2, 1, 1, "SAME");
    add(1, 5, 2, 2, 2, 4, 2, 2, "SAME");
    add(1, 4, 1, 1, 1, 1, 3, 1, "VALID");
  }
  add(0, 3, 1, 2, 1, 2, 1, 1, "VALID");
  return all;
}

template <int rank>
std::vector<Sample> Convolution<rank>::samples() {
  std::vector<Sample> samples;
  for (const Case& c : cases(rank))
    samples.push_back(
        {[c](const Values& x) { return convolve(c.convolving, x[0], x[1], {}); }, {c.input, c.filters}});
  return samples;
}
template <int rank>
std::vector<Sample> ConvolutionInputGradient<rank>::samples() {
  std::vector<Sample> samples;
  for (const Case& c : cases(rank))
    samples.push_back({[c](const Values& x) { return convolve_input_gradient(c.convolving, x[0], x[1], {}); },
                       {c.result, c.filters}});
  return samples;
}
template <int rank>
std::vector<Sample> ConvolutionFilterGradient<rank>::samples() {
  std::vector<Sample> samples;
  for (const Case& c : cases(rank))
    samples.push_back({[c](const Values& x) { return convolve_filter_gradient(c.convolving, x[0], x[1], {}); },
                       {c.input, c.result}});
  return samples;
}

}  // namespace

Convolving checked_convolution(const Shape& input, const Shape& filters, const Windows& windows,
                               const WindowPadding& padding) {
  const int rank = input.rank() - 2;
  const std::int64_t channels = input.back(), read = filters[rank], written = filters[rank + 1];
  const std::string shapes = "input " + to_string(input) + " and filters " + to_string(filters);
  for (int i = 0; i < rank; ++i)
    if (filters[i] < 1) throw InvalidArgumentError(shapes + ": a kernel needs at least one place on each axis");
  if (channels < 1 || read < 1 || channels % read != 0)
    throw InvalidArgumentError(shapes + ": the filters read " + std::to_string(read) +
                               " channels, which must divide the input's " + std::to_string(channels));
  const std::int64_t groups = channels / read;
  if (written % groups != 0)
    throw InvalidArgumentError(shapes + ": " + std::to_string(written) + " filters cannot be shared out among " +
                               std::to_string(groups) + " groups of channels");
  Convolving convolving{{input[0], channels, written, groups, {}}, input, filters, {}};
  resolve_windows(input.sub(1, rank + 1), windows, padding, convolving.shape.axes);
  convolving.result = result_shape(input[0], convolving.shape.axes, rank, written);
  return convolving;
}

Tensor convolve(const Convolving& convolving, const Tensor& input, const Tensor& filters, Where where) {
  return record_of_rank<Convolution>(convolving, input, filters, where);
}
Tensor convolve_input_gradient(const Convolving& convolving, const Tensor& dy, const Tensor& filters, Where where) {
  return record_of_rank<ConvolutionInputGradient>(convolving, dy, filters, where);
}
Tensor convolve_filter_gradient(const Convolving& convolving, const Tensor& input, const Tensor& dy, Where where) {
  return record_of_rank<ConvolutionFilterGradient>(convolving, input, dy, where);
}

std::vector<OpRow> convolution_ops() {
  std::vector<OpRow> rows = {row<Convolution<1>>("convolution"),
                             row<Convolution<2>>("convolution"),
                             row<Convolution<3>>("convolution"),
                             row<ConvolutionInputGradient<1>>("convolution"),
                             row<ConvolutionInputGradient<2>>("convolution"),
                             row<ConvolutionInputGradient<3>>("convolution"),
                             row<ConvolutionFilterGradient<1>>("convolution"),
                             row<ConvolutionFilterGradient<2>>("convolution"),
                             row<ConvolutionFilterGradient<3>>("convolution")};
  for (const OpRow& other : convolution_function_ops()) rows.push_back(other);
  return rows;
}

}  // namespace gradtape::detail
