#pragma once
// How a convolution's work is laid out.
//
// The result of a convolution and the gradient of its input have one form: a value at each place of a target is a sum
// over taps of values at places of a source. Along an axis the targets fall into phases, which have the same taps:
// target first_target + j * target_step reads source j * source_step + tap.source, for j in [0, count). A convolution
// has one phase and steps over its source; the gradient of its input has as many phases as the stride, each steps
// over its target. The work is cut into units of whole images, or of bands of one image.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "convolution.h"
#include "scratch.h"

namespace gradtape::kernels {

struct Tap {
  std::int64_t kernel;  // place in the kernel
  std::int64_t source;
};

struct Phase {
  std::int64_t first_target, count;
  std::vector<Tap> taps;  // those that meet the source at all
};

struct AxisPlan {
  std::vector<Phase> phases;
  std::int64_t source_length, target_length, source_step, target_step;
  std::int64_t count = 0;            // of the longest phase
  std::int64_t first = 0, last = 0;  // least and greatest source of a tap
};

/// Some images, and a range of the positions j on the band axis.
struct Unit {
  std::int64_t image, images, begin, end;
};

/// Where a unit finds its source: in place, or in a copy with zeros around it. Place (0, 0, 0) of the view is
/// `origin` of the source.
struct SourceView {
  bool in_place;
  std::int64_t origin[3], extent[3];
  std::int64_t image_stride, strides[3];  // in elements
  std::int64_t elements(std::int64_t images) const { return images * image_stride; }
};

struct PixelLists {
  Scratch<std::int64_t> source, target;
  std::int64_t count = 0;
  explicit PixelLists(std::int64_t most) : source(most), target(most) {}
};

struct TapList {
  std::vector<std::int64_t> source, kernel;  // offset in the view, place in the whole kernel
};

struct ConvolutionPlan {
  AxisPlan axes[3];
  std::int64_t batch;
  int band_axis = 2;
  std::int64_t images_per_unit = 1, band = 1, image_parts = 1, bands = 1;

  static ConvolutionPlan of_result(const ConvolutionShape& shape);
  static ConvolutionPlan of_input_gradient(const ConvolutionShape& shape);

  /// Cuts the work into units of about so many target pixels.
  void divide(std::int64_t pixels);
  std::int64_t units() const { return image_parts * bands; }
  Unit unit(std::int64_t index) const;
  std::int64_t pixels_per_image() const;
  std::int64_t most_pixels() const;  // of one unit and one phase of each axis

  /// The view of source pixels of `channels` values; those of a copy may be wider apart. A source whose every read
  /// lies inside it is used in place, if may_stay.
  SourceView view(const Unit& unit, std::int64_t channels, std::int64_t copy_channels, bool may_stay) const;
  /// Calls f(phases), the phases of the three axes, for each of their combinations.
  template <class F>
  void for_phases(const F& f) const {
    for (const Phase& a : axes[0].phases)
      for (const Phase& b : axes[1].phases)
        for (const Phase& c : axes[2].phases) {
          const Phase* phases[3] = {&a, &b, &c};
          f(phases);
        }
  }
  void list_pixels(const Unit& unit, const Phase* const* phases, const SourceView& view, std::int64_t target_channels,
                   PixelLists& pixels) const;
  /// With `merge` a row of taps, which reads successive values, counts as one tap.
  TapList list_taps(const Phase* const* phases, const SourceView& view, const ConvolutionShape& shape,
                    bool merge) const;
  /// Copies pixels of a source, source_step apart, into a view that is not in place: `channels` values of each, each
  /// `repeat` times in a row, then zeros up to copy_channels.
  struct Copying {
    std::int64_t source_step, channels, copy_channels, repeat = 1;
  };
  template <class T>
  void copy_source(const Unit& unit, const SourceView& view, const T* source, const Copying& copying, T* copy) const;

 private:
  template <class T>
  static void copy_pixels(const T* from, std::int64_t count, const Copying& copying, T* to);
};

/// A loop over units, cut by the number of floating-point operations of each.
std::int64_t pixels_for(const ConvolutionShape& shape, const ConvolutionPlan& plan, std::int64_t source_bytes,
                        std::int64_t preferred_parts);
/// Multiplications and additions of the whole convolution.
double operations(const ConvolutionShape& shape);

template <class T>
void ConvolutionPlan::copy_pixels(const T* from, std::int64_t count, const Copying& copying, T* to) {
  const auto [step, channels, copy_channels, repeat] = copying;
  if (repeat == 1 && channels == step && channels == copy_channels) {
    std::memcpy(to, from, static_cast<std::size_t>(count * channels) * sizeof(T));
    return;
  }
  for (std::int64_t i = 0; i < count; ++i, from += step, to += copy_channels) {
    if (repeat == 1 && channels == 8) {
      std::memcpy(to, from, 8 * sizeof(T));  // of a known length: a move or two
    } else if (repeat == 1) {
      std::memcpy(to, from, static_cast<std::size_t>(channels) * sizeof(T));
    } else {
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t r = 0; r < repeat; ++r) to[c * repeat + r] = from[c];
    }
    for (std::int64_t c = channels * repeat; c < copy_channels; ++c) to[c] = T{0};
  }
}

template <class T>
void ConvolutionPlan::copy_source(const Unit& unit, const SourceView& view, const T* source, const Copying& copying,
                                  T* copy) const {
  const std::int64_t lengths[3] = {axes[0].source_length, axes[1].source_length, axes[2].source_length};
  const auto [step, channels, copy_channels, repeat] = copying;
  // The columns of a row that exist, [left, right) of the view.
  const std::int64_t left = std::min(view.extent[2], std::max<std::int64_t>(0, -view.origin[2]));
  const std::int64_t right = std::max(left, std::min(view.extent[2], lengths[2] - view.origin[2]));
  const std::int64_t row_elements = view.extent[2] * copy_channels;
  const auto zero = [](T* from, std::int64_t count) {
    std::memset(from, 0, static_cast<std::size_t>(count) * sizeof(T));
  };
  T* row = copy;
  for (std::int64_t image = unit.image; image < unit.image + unit.images; ++image)
    for (std::int64_t a = view.origin[0]; a < view.origin[0] + view.extent[0]; ++a)
      for (std::int64_t b = view.origin[1]; b < view.origin[1] + view.extent[1]; ++b, row += row_elements) {
        if (a < 0 || a >= lengths[0] || b < 0 || b >= lengths[1] || left == right) {
          zero(row, row_elements);
          continue;
        }
        zero(row, left * copy_channels);
        zero(row + right * copy_channels, (view.extent[2] - right) * copy_channels);
        const T* from =
            source + (((image * lengths[0] + a) * lengths[1] + b) * lengths[2] + view.origin[2] + left) * step;
        copy_pixels(from, right - left, copying, row + left * copy_channels);
      }
}

}  // namespace gradtape::kernels
