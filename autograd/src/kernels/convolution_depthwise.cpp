#include "convolution_depthwise.h"

#include <algorithm>
#include <cstring>

#include "convolution_tiles.h"
#include "isa.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;

// Everything is done filter by filter: a channel that several filters read is copied once for each. Filters are
// rounded up to whole registers.
struct Widths {
  int64_t filters, repeat, padded;
  Widths(const ConvolutionShape& shape, int64_t register_width)
      : filters(shape.filters),
        repeat(shape.filters / shape.channels),
        padded((shape.filters + register_width - 1) / register_width * register_width) {}
};

int64_t kernel_places(const ConvolutionShape& shape) {
  return shape.axes[0].kernel * shape.axes[1].kernel * shape.axes[2].kernel;
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

/// The source has `source_channels`, each of which is read `source_repeat` times; `target_repeat` of the filters'
/// values are added up for each channel of the target.
template <class T>
void correlate(const ConvolutionKernels<T>& kernels, const ConvolutionShape& shape, ConvolutionPlan plan,
               int64_t source_repeat, int64_t target_repeat, const T* source, const T* weights, T* target) {
  const Widths widths(shape, kernels.register_width);
  const int64_t source_channels = widths.filters / source_repeat, target_channels = widths.filters / target_repeat;
  const int64_t taps = kernel_places(shape);
  const Scratch<T> padded_weights(taps * widths.padded);
  for (int64_t tap = 0; tap < taps; ++tap) {
    T* to = padded_weights.data() + tap * widths.padded;
    std::copy_n(weights + tap * widths.filters, widths.filters, to);
    std::fill_n(to + widths.filters, widths.padded - widths.filters, T{0});
  }
  plan.divide(pixels_for(shape, plan, widths.padded * int64_t{sizeof(T)}, 32));
  const bool may_stay = source_channels == widths.padded, direct = target_channels == widths.padded;
  parallel_for(plan.units(), 1, [&](int64_t begin, int64_t end) {
    PixelLists pixels(plan.most_pixels());
    const Scratch<T> results(direct ? 0 : plan.most_pixels() * widths.padded);
    const Scratch<int64_t> places(direct ? 0 : plan.most_pixels());
    if (!direct)
      for (int64_t p = 0; p < plan.most_pixels(); ++p) places[p] = p * widths.padded;
    for (int64_t task = begin; task < end; ++task) {
      const Unit unit = plan.unit(task);
      const SourceView view = plan.view(unit, source_channels, widths.padded, may_stay);
      const Scratch<T> copy(view.in_place ? 0 : view.elements(unit.images));
      if (!view.in_place)
        plan.copy_source(unit, view, source, {source_channels, source_channels, widths.padded, source_repeat},
                         copy.data());
      plan.for_phases([&](const Phase* const* phases) {
        plan.list_pixels(unit, phases, view, target_channels, pixels);
        TapList list = plan.list_taps(phases, view, shape, false);
        for (int64_t& place : list.kernel) place *= widths.padded;
        kernels.correlate_depthwise({.source = view.in_place ? source + unit.image * view.image_stride : copy.data(),
                                     .weights = padded_weights.data(),
                                     .target = direct ? target : results.data(),
                                     .pixel_source = pixels.source.data(),
                                     .pixel_target = direct ? pixels.target.data() : places.data(),
                                     .pixels = pixels.count,
                                     .tap_source = list.source.data(),
                                     .tap_weights = list.kernel.data(),
                                     .taps = static_cast<int64_t>(list.source.size()),
                                     .channels = widths.filters});
        if (direct) return;
        for (int64_t p = 0; p < pixels.count; ++p) {
          const T* from = results.data() + p * widths.padded;
          T* to = target + pixels.target[p];
          if (target_repeat == 1) {
            std::copy_n(from, target_channels, to);
            continue;
          }
          for (int64_t c = 0; c < target_channels; ++c) {
            T sum = from[c * target_repeat];
            for (int64_t r = 1; r < target_repeat; ++r) sum += from[c * target_repeat + r];
            to[c] = sum;
          }
        }
      });
    }
  });
}

template <class T>
void filter_gradient(const ConvolutionKernels<T>& kernels, const ConvolutionShape& shape, ConvolutionPlan plan,
                     const T* x, const T* dy, T* dw) {
  const Widths widths(shape, kernels.register_width);
  const int64_t taps = kernel_places(shape), elements = taps * widths.padded;
  plan.divide(std::max<int64_t>(64, 65536 / (widths.padded * int64_t{sizeof(T)})));
  const int64_t units = plan.units();
  const auto worth = std::clamp<int64_t>(static_cast<int64_t>(operations(shape) / 1e6), 1, 32);
  const int64_t parts = std::min({worth, units, std::max<int64_t>(1, (int64_t{1} << 22) / elements)});
  const Scratch<T> sums(parts * elements);
  parallel_for(parts, 1, [&](int64_t begin, int64_t end) {
    PixelLists pixels(plan.most_pixels());
    for (int64_t part = begin; part < end; ++part) {
      T* part_sums = sums.data() + part * elements;
      std::memset(part_sums, 0, static_cast<std::size_t>(elements) * sizeof(T));
      for (int64_t u = units * part / parts; u < units * (part + 1) / parts; ++u) {
        const Unit unit = plan.unit(u);
        const SourceView view = plan.view(unit, shape.channels, widths.padded, shape.channels == widths.padded);
        const Scratch<T> copy(view.in_place ? 0 : view.elements(unit.images));
        if (!view.in_place)
          plan.copy_source(unit, view, x, {shape.channels, shape.channels, widths.padded, widths.repeat},
                           copy.data());
        plan.for_phases([&](const Phase* const* phases) {
          plan.list_pixels(unit, phases, view, widths.filters, pixels);
          TapList list = plan.list_taps(phases, view, shape, false);
          for (int64_t& place : list.kernel) place *= widths.padded;
          const T* rows = dy + pixels.target[0];
          const bool whole = widths.filters == widths.padded;
          const Scratch<T> padded(whole ? 0 : pixels.count * widths.padded);
          if (!whole)
            for (int64_t p = 0; p < pixels.count; ++p) {
              std::copy_n(rows + p * widths.filters, widths.filters, padded.data() + p * widths.padded);
              std::fill_n(padded.data() + p * widths.padded + widths.filters, widths.padded - widths.filters, T{0});
            }
          kernels.sum_depthwise({.source = view.in_place ? x + unit.image * view.image_stride : copy.data(),
                                 .dy = whole ? rows : padded.data(),
                                 .dy_step = widths.padded,
                                 .sums = part_sums,
                                 .pixel_source = pixels.source.data(),
                                 .pixels = pixels.count,
                                 .tap_source = list.source.data(),
                                 .tap_sum = list.kernel.data(),
                                 .taps = static_cast<int64_t>(list.source.size()),
                                 .channels = widths.filters});
        });
      }
    }
  });
  for (int64_t tap = 0; tap < taps; ++tap)
    for (int64_t f = 0; f < widths.filters; ++f) {
      T sum = sums[tap * widths.padded + f];
      for (int64_t part = 1; part < parts; ++part) sum += sums[part * elements + tap * widths.padded + f];
      dw[tap * widths.filters + f] = sum;
    }
}

}  // namespace

void depthwise_convolution(DType dtype, const ConvolutionShape& shape, ConvolutionPlan plan, const void* x,
                           const void* w, void* y) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    correlate(kernels, shape, std::move(plan), shape.filters / shape.channels, 1, static_cast<const T*>(x),
              static_cast<const T*>(w), static_cast<T*>(y));
  });
}

void depthwise_input_gradient(DType dtype, const ConvolutionShape& shape, ConvolutionPlan plan, const void* dy,
                              const void* w, void* dx) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    correlate(kernels, shape, std::move(plan), 1, shape.filters / shape.channels, static_cast<const T*>(dy),
              static_cast<const T*>(w), static_cast<T*>(dx));
  });
}

void depthwise_filter_gradient(DType dtype, const ConvolutionShape& shape, ConvolutionPlan plan, const void* x,
                               const void* dy, void* dw) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    filter_gradient(kernels, shape, std::move(plan), static_cast<const T*>(x), static_cast<const T*>(dy),
                    static_cast<T*>(dw));
  });
}

}  // namespace gradtape::kernels
