// The rows of the functions that are made of the convolution ops.
#include "ops/convolution_ops.h"

namespace gradtape::detail {
namespace {

using Values = std::vector<Tensor>;
using Call = Tensor (*)(const Values&);

std::vector<Sample> pair(Call call, const Shape& a, const Shape& b) {
  return {{call, {sample_values(a, -2, 2), sample_values(b, -1, 1)}}};
}

std::vector<Sample> convolution_samples() {
  std::vector<Sample> samples = pair([](const Values& x) { return convolution(x[0], x[1]); }, {2, 4, 2}, {3, 2, 2});
  for (Sample& more : pair(
           [](const Values& x) {
             return convolution(x[0], x[1], {1, 1, 2, 1}, {{0, 0}, {1, 0}, {0, 2}, {0, 0}}, {.dilations = {2, 1}});
           },
           {1, 3, 4, 1}, {2, 2, 1, 2}))
    samples.push_back(std::move(more));
  for (Sample& more :
       pair([](const Values& x) { return convolution(x[0], x[1], 2, "SAME", {.data_format = "NCDHW"}); },
            {1, 2, 3, 2, 2}, {2, 2, 1, 2, 1}))
    samples.push_back(std::move(more));
  for (Sample& more :
       pair([](const Values& x) { return conv2d(x[0], x[1], 1, "VALID"); }, {2, 1, 3, 3, 1}, {2, 2, 1, 2}))
    samples.push_back(std::move(more));
  return samples;
}
std::vector<Sample> conv1d_transpose_samples() {
  return pair([](const Values& x) { return conv1d_transpose(x[0], x[1], {2, 7, 1}, 3); }, {2, 3, 2}, {2, 1, 2});
}
std::vector<Sample> conv2d_transpose_samples() {
  return pair(
      [](const Values& x) {
        return conv2d_transpose(x[0], x[1], {1, 2, 4, 5}, 2, "SAME", {.data_format = "NCHW"});
      },
      {1, 2, 2, 3}, {3, 3, 2, 2});
}
std::vector<Sample> conv3d_transpose_samples() {
  return pair(
      [](const Values& x) {
        return conv3d_transpose(x[0], x[1], {1, 3, 3, 3, 1}, 1, "VALID");
      },
      {1, 2, 2, 2, 1}, {2, 2, 2, 1, 1});
}
std::vector<Sample> conv_transpose_samples() {
  return pair(
      [](const Values& x) {
        return conv_transpose(x[0], x[1], {1, 5, 1}, 2, "VALID");
      },
      {1, 2, 2}, {3, 1, 2});
}
std::vector<Sample> depthwise_samples() {
  std::vector<Sample> samples =
      pair([](const Values& x) { return depthwise_conv2d(x[0], x[1], 1, "SAME"); }, {1, 3, 3, 2}, {3, 3, 2, 2});
  for (Sample& more : pair(
           [](const Values& x) {
             return depthwise_conv2d(x[0], x[1], {1, 2, 2, 1}, "VALID", {.data_format = "NHWC"});
           },
           {2, 4, 3, 3}, {2, 2, 3, 1}))
    samples.push_back(std::move(more));
  for (Sample& more : pair(
           [](const Values& x) {
             return depthwise_conv2d(x[0], x[1], 1, "SAME", {.data_format = "NCHW", .dilations = 2});
           },
           {1, 1, 3, 3}, {2, 2, 1, 2}))
    samples.push_back(std::move(more));
  return samples;
}
std::vector<Sample> separable_samples() {
  return {
      {[](const Values& x) { return separable_conv2d(x[0], x[1], x[2], 1, "VALID"); },
       {sample_values({1, 3, 3, 2}, -2, 2), sample_values({2, 2, 2, 2}, -1, 1), sample_values({1, 1, 4, 3}, -1, 1)}}};
}
std::vector<Sample> atrous_samples() {
  return pair([](const Values& x) { return atrous_conv2d(x[0], x[1], 2, "SAME"); }, {1, 4, 3, 1}, {2, 3, 1, 2});
}
std::vector<Sample> atrous_transpose_samples() {
  return pair(
      [](const Values& x) {
        return atrous_conv2d_transpose(x[0], x[1], {1, 4, 5, 1}, 2, "VALID");
      },
      {1, 2, 3, 2}, {2, 2, 1, 2});
}
std::vector<Sample> depthwise_input_samples() {
  return pair(
      [](const Values& x) {
        return depthwise_conv2d_backprop_input({1, 3, 4, 2}, x[0], x[1], 1, "SAME");
      },
      {2, 2, 2, 2}, {1, 3, 4, 4});
}
std::vector<Sample> depthwise_filter_samples() {
  return pair(
      [](const Values& x) {
        return depthwise_conv2d_backprop_filter(x[0], {2, 2, 2, 2}, x[1], 2, "VALID");
      },
      {1, 3, 4, 2}, {1, 1, 2, 4});
}

}  // namespace

std::vector<OpRow> convolution_function_ops() {
  const std::string_view family = "convolution";
  return {composite("convolution", family, convolution_samples),
          composite("conv1d_transpose", family, conv1d_transpose_samples),
          composite("conv2d_transpose", family, conv2d_transpose_samples),
          composite("conv3d_transpose", family, conv3d_transpose_samples),
          composite("conv_transpose", family, conv_transpose_samples),
          composite("depthwise_conv2d", family, depthwise_samples),
          composite("separable_conv2d", family, separable_samples),
          composite("atrous_conv2d", family, atrous_samples),
          composite("atrous_conv2d_transpose", family, atrous_transpose_samples),
          composite("depthwise_conv2d_backprop_input", family, depthwise_input_samples),
          composite("depthwise_conv2d_backprop_filter", family, depthwise_filter_samples)};
}

}  // namespace gradtape::detail
