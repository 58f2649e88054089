#include "convolution.h"

#include <algorithm>

#include "convolution_depthwise.h"
#include "convolution_plan.h"
#include "convolution_tiles.h"
#include "copy.h"
#include "dispatch.h"
#include "isa.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;

/// Weights as the tiles read them: for each group and block of columns the rows (tap, source channel).
struct Packing {
  int64_t groups, taps, run, columns;     // run: source channels of a group
  int64_t tap_stride, row_stride, group;  // of the weights as they come, in elements
  int64_t width;                          // of a block

  int64_t blocks() const { return (columns + width - 1) / width; }
  int64_t block_columns(int64_t block) const { return std::min(width, columns - block * width); }
  int64_t block_width(int64_t block) const { return block_columns(block) > width / 2 ? width : width / 2; }
  int64_t rows() const { return taps * run; }
  int64_t group_elements() const { return rows() * ((blocks() - 1) * width + block_width(blocks() - 1)); }
  int64_t elements() const { return groups * group_elements(); }
  int64_t place(int64_t g, int64_t block) const { return g * group_elements() + block * rows() * width; }
};

template <class T>
void pack(const Packing& packing, const T* weights, T* packed) {
  const int64_t blocks = packing.blocks();
  const int64_t grain = std::max<int64_t>(1, cheap_grain / std::max<int64_t>(1, packing.rows() * packing.width));
  parallel_for(packing.groups * blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const int64_t g = i / blocks, block = i % blocks;
      const int64_t columns = packing.block_columns(block), width = packing.block_width(block);
      T* to = packed + packing.place(g, block);
      for (int64_t tap = 0; tap < packing.taps; ++tap) {
        const T* from = weights + tap * packing.tap_stride + g * packing.group + block * packing.width;
        for (int64_t row = 0; row < packing.run; ++row, from += packing.row_stride, to += width) {
          std::copy_n(from, columns, to);
          std::fill_n(to + columns, width - columns, T{0});
        }
      }
    }
  });
}

template <class T>
void correlate(const ConvolutionKernels<T>& kernels, const ConvolutionShape& shape, ConvolutionPlan plan,
               const Packing& packing, bool merge, const T* source, const T* weights, T* target) {
  const int64_t source_channels = packing.groups * packing.run, target_channels = packing.groups * packing.columns;
  const Scratch<T> packed(packing.elements());
  pack(packing, weights, packed.data());

  plan.divide(pixels_for(shape, plan, source_channels * int64_t{sizeof(T)}, 32));
  // Few units share their columns among several tasks.
  const int64_t all_blocks = packing.groups * packing.blocks(), units = plan.units();
  const auto worth = static_cast<int64_t>(operations(shape) / 2e6);
  const int64_t parts = std::clamp<int64_t>(std::min(worth, int64_t{16}) / units, 1, all_blocks);

  parallel_for(units * parts, 1, [&](int64_t begin, int64_t end) {
    PixelLists pixels(plan.most_pixels());
    for (int64_t task = begin; task < end; ++task) {
      const Unit unit = plan.unit(task / parts);
      const SourceView view = plan.view(unit, source_channels, source_channels, true);
      const Scratch<T> copy(view.in_place ? 0 : view.elements(unit.images));
      if (!view.in_place)
        plan.copy_source(unit, view, source, {source_channels, source_channels, source_channels}, copy.data());
      const T* from = view.in_place ? source + unit.image * view.image_stride : copy.data();
      const int64_t part = task % parts;
      const int64_t first = all_blocks * part / parts, last = all_blocks * (part + 1) / parts;
      plan.for_phases([&](const Phase* const* phases) {
        plan.list_pixels(unit, phases, view, target_channels, pixels);
        if (pixels.count == 0) return;
        const TapList taps = plan.list_taps(phases, view, shape, merge);
        const auto tap_count = static_cast<int64_t>(taps.source.size());
        const int64_t run = merge ? packing.run * static_cast<int64_t>(phases[2]->taps.size()) : packing.run;
        std::vector<int64_t> rows(taps.kernel.size());
        for (int64_t i = first; i < last; ++i) {
          const int64_t g = i / packing.blocks(), block = i % packing.blocks();
          for (std::size_t t = 0; t < rows.size(); ++t)
            rows[t] = taps.kernel[t] * packing.run * packing.block_width(block);
          kernels.correlate({.source = from + g * packing.run,
                             .weights = packed.data() + packing.place(g, block),
                             .target = target + g * packing.columns + block * packing.width,
                             .pixel_source = pixels.source.data(),
                             .pixel_target = pixels.target.data(),
                             .pixels = pixels.count,
                             .tap_source = taps.source.data(),
                             .tap_weights = rows.data(),
                             .taps = tap_count,
                             .run = run,
                             .columns = packing.block_columns(block)});
        }
      });
    }
  });
}

template <class F>
void with_kernels(DType dtype, const F& f) {
  const ConvolutionTable& table =
      pick(baseline::convolution_table, avx2::convolution_table, avx512::convolution_table);
  if (dtype == DType::float32)
    f(table.float32, float{});
  else
    f(table.float64, double{});
}

int64_t kernel_places(const ConvolutionShape& shape) {
  return shape.axes[0].kernel * shape.axes[1].kernel * shape.axes[2].kernel;
}

}  // namespace

void convolution(DType dtype, const ConvolutionShape& shape, const void* x, const void* w, void* y) {
  const ConvolutionPlan plan = ConvolutionPlan::of_result(shape);
  if (plan.batch * plan.pixels_per_image() * shape.filters == 0) return;
  if (shape.is_depthwise()) return depthwise_convolution(dtype, shape, plan, x, w, y);
  const int64_t inputs = shape.channels / shape.groups, outputs = shape.filters / shape.groups;
  const bool merge = shape.groups == 1 && shape.axes[2].dilation == 1;
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    const Packing packing{.groups = shape.groups,
                          .taps = kernel_places(shape),
                          .run = inputs,
                          .columns = outputs,
                          .tap_stride = inputs * shape.filters,
                          .row_stride = shape.filters,
                          .group = outputs,
                          .width = 2 * kernels.register_width};
    correlate(kernels, shape, plan, packing, merge, static_cast<const T*>(x), static_cast<const T*>(w),
              static_cast<T*>(y));
  });
}

void convolution_input_gradient(DType dtype, const ConvolutionShape& shape, const void* dy, const void* w, void* dx) {
  const ConvolutionPlan plan = ConvolutionPlan::of_input_gradient(shape);
  if (plan.batch * plan.pixels_per_image() * shape.channels == 0) return;
  if (shape.is_depthwise()) return depthwise_input_gradient(dtype, shape, plan, dy, w, dx);
  const int64_t inputs = shape.channels / shape.groups, outputs = shape.filters / shape.groups;
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    // (tap, filter, channel) instead of (tap, channel, filter).
    const int64_t taps = kernel_places(shape);
    const Scratch<T> transposed(taps * inputs * shape.filters);
    const int perm[] = {0, 2, 1};
    transpose(sizeof(T), w, {taps, inputs, shape.filters}, perm, transposed.data());
    const Packing packing{.groups = shape.groups,
                          .taps = taps,
                          .run = outputs,
                          .columns = inputs,
                          .tap_stride = shape.filters * inputs,
                          .row_stride = inputs,
                          .group = outputs * inputs,
                          .width = 2 * kernels.register_width};
    correlate(kernels, shape, plan, packing, false, static_cast<const T*>(dy), transposed.data(),
              static_cast<T*>(dx));
  });
}

}  // namespace gradtape::kernels
