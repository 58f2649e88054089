// Convolutions and pooling with the shapes of small residual networks, in NHWC.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const auto convolve = [&](const std::string& name, const Shape& x, const Shape& filters, int strides) {
    run.both("op_conv_" + name, {values(x, 1), values(filters, 2)},
             [=](Inputs t) { return conv2d(t[0], t[1], strides, "SAME"); });
  };
  convolve("first_mnist", {64, 28, 28, 1}, {3, 3, 1, 32}, 1);
  convolve("first_7x7", {16, 64, 64, 3}, {7, 7, 3, 32}, 2);
  convolve("3x3_16", {64, 32, 32, 16}, {3, 3, 16, 16}, 1);
  convolve("3x3_32", {64, 16, 16, 32}, {3, 3, 32, 32}, 1);
  convolve("3x3_64", {64, 8, 8, 64}, {3, 3, 64, 64}, 1);
  convolve("strided", {64, 32, 32, 16}, {3, 3, 16, 32}, 2);
  convolve("1x1", {64, 16, 16, 64}, {1, 1, 64, 64}, 1);
  const Tensor x = values({64, 32, 32, 64}, 3);
  run.both("op_max_pool_2x2", {x}, [](Inputs t) { return max_pool2d(t[0], 2, 2, "VALID"); });
  run.both("op_max_pool_3x3", {x}, [](Inputs t) { return max_pool2d(t[0], 3, 2, "VALID"); });
  run.both("op_avg_pool_2x2", {x}, [](Inputs t) { return avg_pool2d(t[0], 2, 2, "VALID"); });
  run.both("op_depthwise_3x3", {values({16, 32, 32, 64}, 4), values({3, 3, 64, 1}, 5)},
           [](Inputs t) { return depthwise_conv2d(t[0], t[1], 1, "SAME"); });
}
