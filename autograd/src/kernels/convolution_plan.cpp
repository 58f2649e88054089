#include "convolution_plan.h"

#include <algorithm>

namespace gradtape::kernels {
namespace {

using std::int64_t;

int64_t round_up_quotient(int64_t a, int64_t b) { return (a + b - 1) / b; }

/// Keeps the taps that meet the source, and notes the range of all.
void finish(AxisPlan& axis) {
  bool any = false;
  for (Phase& phase : axis.phases) {
    axis.count = std::max(axis.count, phase.count);
    std::erase_if(phase.taps, [&](const Tap& tap) {
      const int64_t j = tap.source >= 0 ? 0 : round_up_quotient(-tap.source, axis.source_step);
      return j >= phase.count || j * axis.source_step + tap.source >= axis.source_length;
    });
    for (const Tap& tap : phase.taps) {
      axis.first = any ? std::min(axis.first, tap.source) : tap.source;
      axis.last = any ? std::max(axis.last, tap.source) : tap.source;
      any = true;
    }
  }
}

AxisPlan result_axis(const ConvolutionAxis& axis) {
  AxisPlan plan{.phases = {{0, axis.output, {}}},
                .source_length = axis.input,
                .target_length = axis.output,
                .source_step = axis.stride,
                .target_step = 1};
  for (int64_t k = 0; k < axis.kernel; ++k) plan.phases[0].taps.push_back({k, k * axis.dilation - axis.before});
  finish(plan);
  return plan;
}

AxisPlan input_gradient_axis(const ConvolutionAxis& axis) {
  AxisPlan plan{.phases = {},
                .source_length = axis.output,
                .target_length = axis.input,
                .source_step = 1,
                .target_step = axis.stride};
  for (int64_t phase = 0; phase < std::min(axis.stride, axis.input); ++phase) {
    plan.phases.push_back({phase, round_up_quotient(axis.input - phase, axis.stride), {}});
    for (int64_t k = 0; k < axis.kernel; ++k) {
      const int64_t reach = phase + axis.before - k * axis.dilation;
      if (reach % axis.stride == 0) plan.phases.back().taps.push_back({k, reach / axis.stride});
    }
  }
  finish(plan);
  return plan;
}

ConvolutionPlan plan_of(const ConvolutionShape& shape, AxisPlan (*axis_plan)(const ConvolutionAxis&)) {
  ConvolutionPlan plan{.axes = {axis_plan(shape.axes[0]), axis_plan(shape.axes[1]), axis_plan(shape.axes[2])},
                       .batch = shape.batch};
  plan.band_axis = plan.axes[0].count > 1 ? 0 : plan.axes[1].count > 1 ? 1 : 2;
  return plan;
}

}  // namespace

ConvolutionPlan ConvolutionPlan::of_result(const ConvolutionShape& shape) { return plan_of(shape, result_axis); }
ConvolutionPlan ConvolutionPlan::of_input_gradient(const ConvolutionShape& shape) {
  return plan_of(shape, input_gradient_axis);
}

int64_t ConvolutionPlan::pixels_per_image() const {
  return axes[0].target_length * axes[1].target_length * axes[2].target_length;
}

int64_t ConvolutionPlan::most_pixels() const {
  int64_t pixels = images_per_unit;
  for (int axis = 0; axis < 3; ++axis) pixels *= axis == band_axis ? band : axes[axis].count;
  return pixels;
}

void ConvolutionPlan::divide(int64_t pixels) {
  const int64_t per_image = pixels_per_image(), positions = axes[band_axis].count;
  images_per_unit = std::clamp<int64_t>(pixels / per_image, 1, batch);
  image_parts = round_up_quotient(batch, images_per_unit);
  images_per_unit = round_up_quotient(batch, image_parts);
  image_parts = round_up_quotient(batch, images_per_unit);
  band = pixels >= per_image ? positions : std::clamp<int64_t>(pixels * positions / per_image, 1, positions);
  bands = round_up_quotient(positions, band);
  band = round_up_quotient(positions, bands);
  bands = round_up_quotient(positions, band);
}

Unit ConvolutionPlan::unit(int64_t index) const {
  const int64_t image = index / bands * images_per_unit, begin = index % bands * band;
  return {image, std::min(images_per_unit, batch - image), begin, std::min(begin + band, axes[band_axis].count)};
}

SourceView ConvolutionPlan::view(const Unit& unit, int64_t channels, int64_t copy_channels, bool may_stay) const {
  SourceView view{};
  view.in_place = may_stay;
  for (int i = 0; i < 3; ++i) {
    const AxisPlan& axis = axes[i];
    const int64_t begin = i == band_axis ? unit.begin : 0, end = i == band_axis ? unit.end : axis.count;
    const int64_t first = begin * axis.source_step + axis.first;
    view.origin[i] = first;
    view.extent[i] = (end - begin - 1) * axis.source_step + axis.last - axis.first + 1;
    view.in_place &= first >= 0 && first + view.extent[i] <= axis.source_length;
  }
  int64_t stride = view.in_place ? channels : copy_channels;
  for (int i = 2; i >= 0; --i) {
    if (view.in_place) {
      view.origin[i] = 0;
      view.extent[i] = axes[i].source_length;
    }
    view.strides[i] = stride;
    stride *= view.extent[i];
  }
  view.image_stride = stride;
  return view;
}

void ConvolutionPlan::list_pixels(const Unit& unit, const Phase* const* phases, const SourceView& view,
                                  int64_t target_channels, PixelLists& pixels) const {
  int64_t begin[3] = {}, end[3];
  for (int i = 0; i < 3; ++i) end[i] = phases[i]->count;
  begin[band_axis] = unit.begin;
  end[band_axis] = std::min(unit.end, end[band_axis]);
  const auto source = [&](int i, int64_t j) {
    return (j * axes[i].source_step + axes[i].first - view.origin[i]) * view.strides[i];
  };
  const auto target = [&](int i, int64_t j) { return phases[i]->first_target + j * axes[i].target_step; };
  int64_t n = 0;
  for (int64_t image = 0; image < unit.images; ++image)
    for (int64_t a = begin[0]; a < end[0]; ++a)
      for (int64_t b = begin[1]; b < end[1]; ++b) {
        int64_t from = image * view.image_stride + source(0, a) + source(1, b) + source(2, begin[2]);
        int64_t to = ((image + unit.image) * axes[0].target_length + target(0, a)) * axes[1].target_length;
        to = ((to + target(1, b)) * axes[2].target_length + target(2, begin[2])) * target_channels;
        for (int64_t c = begin[2]; c < end[2]; ++c, ++n) {
          pixels.source[n] = from;
          pixels.target[n] = to;
          from += axes[2].source_step * view.strides[2];
          to += axes[2].target_step * target_channels;
        }
      }
  pixels.count = n;
}

TapList ConvolutionPlan::list_taps(const Phase* const* phases, const SourceView& view, const ConvolutionShape& shape,
                                   bool merge) const {
  TapList list;
  const auto source = [&](int i, const Tap& tap) { return (tap.source - axes[i].first) * view.strides[i]; };
  for (const Tap& a : phases[0]->taps)
    for (const Tap& b : phases[1]->taps)
      for (const Tap& c : phases[2]->taps) {
        list.source.push_back(source(0, a) + source(1, b) + source(2, c));
        list.kernel.push_back((a.kernel * shape.axes[1].kernel + b.kernel) * shape.axes[2].kernel + c.kernel);
        if (merge) break;
      }
  return list;
}

double operations(const ConvolutionShape& shape) {
  double product = 2 * static_cast<double>(shape.batch) * static_cast<double>(shape.filters) *
                   static_cast<double>(shape.channels / shape.groups);
  for (const ConvolutionAxis& axis : shape.axes)
    product *= static_cast<double>(axis.output) * static_cast<double>(axis.kernel);
  return product;
}

int64_t pixels_for(const ConvolutionShape& shape, const ConvolutionPlan& plan, int64_t source_bytes,
                   int64_t preferred_parts) {
  const int64_t all = plan.batch * plan.pixels_per_image();
  const double per_pixel = std::max(1.0, operations(shape) / static_cast<double>(all));
  // A unit's source should fit the second-level cache, and a unit take some tens of microseconds.
  double bytes = static_cast<double>(source_bytes);
  for (const AxisPlan& axis : plan.axes) bytes *= static_cast<double>(axis.source_step);
  const auto fitting = std::max<int64_t>(48, static_cast<int64_t>(131072 / bytes));
  const auto least = static_cast<int64_t>(1e6 / per_pixel) + 1;
  return std::max(least, std::min(fitting, round_up_quotient(all, preferred_parts)));
}

}  // namespace gradtape::kernels
