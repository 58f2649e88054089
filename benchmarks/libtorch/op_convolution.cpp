// Convolutions and pooling with the shapes of small residual networks, in LibTorch's own NCHW.

#include "op_cases.h"

int main(int count, char** arguments) {
  using namespace op_cases;
  using Inputs = const std::vector<Tensor>&;
  const Runner run(count, arguments);
  const auto convolve = [&](const std::string& name, const Shape& x, const Shape& filters, int strides, int padding) {
    run.both("op_conv_" + name,
             {values(x, 1).permute({0, 3, 1, 2}).contiguous(), values(filters, 2).permute({3, 2, 0, 1}).contiguous()},
             [=](Inputs t) {
               // SAME with a stride of 2 pads more behind than before.
               const Tensor input =
                   strides == 1 ? t[0] : at::constant_pad_nd(t[0], {padding - 1, padding, padding - 1, padding});
               return at::conv2d(input, t[1], {}, strides, strides == 1 ? padding : 0);
             });
  };
  convolve("first_mnist", {64, 28, 28, 1}, {3, 3, 1, 32}, 1, 1);
  convolve("first_7x7", {16, 64, 64, 3}, {7, 7, 3, 32}, 2, 3);
  convolve("3x3_16", {64, 32, 32, 16}, {3, 3, 16, 16}, 1, 1);
  convolve("3x3_32", {64, 16, 16, 32}, {3, 3, 32, 32}, 1, 1);
  convolve("3x3_64", {64, 8, 8, 64}, {3, 3, 64, 64}, 1, 1);
  convolve("strided", {64, 32, 32, 16}, {3, 3, 16, 32}, 2, 1);
  convolve("1x1", {64, 16, 16, 64}, {1, 1, 64, 64}, 1, 0);
  const Tensor x = values({64, 32, 32, 64}, 3).permute({0, 3, 1, 2}).contiguous();
  run.both("op_max_pool_2x2", {x}, [](Inputs t) { return at::max_pool2d(t[0], 2, 2); });
  run.both("op_max_pool_3x3", {x}, [](Inputs t) { return at::max_pool2d(t[0], 3, 2); });
  run.both("op_avg_pool_2x2", {x}, [](Inputs t) { return at::avg_pool2d(t[0], 2, 2); });
  run.both("op_depthwise_3x3",
           {values({16, 32, 32, 64}, 4).permute({0, 3, 1, 2}).contiguous(),
            values({3, 3, 64, 1}, 5).permute({2, 3, 0, 1}).contiguous()},
           [](Inputs t) { return at::conv2d(t[0], t[1], {}, 1, 1, 1, 64); });
}
