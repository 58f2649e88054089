// The gradient of a convolution's filters: for each place of the kernel and pair of channels a sum over all pixels.
// Parts of the batch are summed apart and added up in order.
#include <algorithm>
#include <cstring>

#include "convolution.h"
#include "convolution_depthwise.h"
#include "convolution_plan.h"
#include "convolution_tiles.h"
#include "isa.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;

// A tile reads few channels of many pixels. Pixels far apart would share few sets of the nearest cache, so channels
// are copied in blocks of eight, the pixels of a block side by side.
constexpr int64_t channel_block = 8;

/// The sums as they are computed: for each group and block of columns the rows (place in the kernel, channel).
struct Sums {
  int64_t groups, taps, inputs, outputs;  // inputs, outputs: channels of a group
  int64_t width;                          // of a block

  explicit Sums(const ConvolutionShape& shape, int64_t block)
      : groups(shape.groups),
        taps(shape.axes[0].kernel * shape.axes[1].kernel * shape.axes[2].kernel),
        inputs(shape.channels / shape.groups),
        outputs(shape.filters / shape.groups),
        width(block) {}
  int64_t rows() const { return taps * inputs; }
  int64_t blocks_per_group() const { return (outputs + width - 1) / width; }
  int64_t blocks() const { return groups * blocks_per_group(); }
  int64_t block_elements() const { return rows() * width; }
  int64_t group(int64_t block) const { return block / blocks_per_group(); }
  int64_t columns(int64_t block) const { return std::min(width, outputs - block % blocks_per_group() * width); }
  /// One register or two.
  int64_t block_width(int64_t block) const { return columns(block) > width / 2 ? width : width / 2; }
  /// Of the block's first column among all filters.
  int64_t first_filter(int64_t block) const { return group(block) * outputs + block % blocks_per_group() * width; }
};

/// The sums over some units, for the blocks [first_block, last_block).
template <class T>
class PartialSums {
 public:
  PartialSums(const ConvolutionKernels<T>& kernels, const ConvolutionShape& shape, const ConvolutionPlan& plan,
              const Sums& layout, const T* x, const T* dy)
      : kernels_(kernels),
        shape_(shape),
        plan_(plan),
        layout_(layout),
        x_(x),
        dy_(dy),
        pixels_(plan.most_pixels()),
        columns_(plan.most_pixels() * layout.width) {}

  void add(const Unit& unit, int64_t first_block, int64_t last_block, T* sums) {
    const int64_t channels = shape_.channels;
    blocked_ = layout_.taps > 1 && channels > channel_block && channels * int64_t{sizeof(T)} > 64;
    const int64_t step = blocked_ ? channel_block : channels;
    const SourceView view = plan_.view(unit, channels, step, !blocked_);
    block_stride_ = view.elements(unit.images);
    const int64_t channel_blocks = blocked_ ? (channels + channel_block - 1) / channel_block : 1;
    const Scratch<T> copy(view.in_place ? 0 : channel_blocks * block_stride_);
    if (!view.in_place)
      for (int64_t i = 0; i < channel_blocks; ++i)
        plan_.copy_source(unit, view, x_ + i * step, {channels, std::min(step, channels - i * step), step},
                          copy.data() + i * block_stride_);
    const T* source = view.in_place ? x_ + unit.image * view.image_stride : copy.data();
    plan_.for_phases([&](const Phase* const* phases) {
      plan_.list_pixels(unit, phases, view, shape_.filters, pixels_);
      const TapList taps = plan_.list_taps(phases, view, shape_, false);
      int64_t group = -1;
      for (int64_t block = first_block; block < last_block; ++block) {
        if (group != layout_.group(block)) list_rows(taps, group = layout_.group(block));
        add_block(source, block, sums + block * layout_.block_elements());
      }
    });
  }

 private:
  void list_rows(const TapList& taps, int64_t group) {
    row_source_.clear();
    row_.clear();
    const int64_t step = blocked_ ? channel_block : shape_.channels;
    const int64_t begin = group * layout_.inputs, end = begin + layout_.inputs;
    for (int64_t first = begin; first < end;) {
      const int64_t last = std::min(end, (first / step + 1) * step);
      for (std::size_t t = 0; t < taps.source.size(); ++t)
        for (int64_t c = first; c < last; ++c) {
          row_source_.push_back(c / step * block_stride_ + taps.source[t] + c % step);
          row_.push_back(taps.kernel[t] * layout_.inputs + c - begin);
        }
      first = last;
    }
    row_sum_.resize(row_.size());
  }

  static void copy_columns(const T* from, int64_t columns, int64_t width, T* to) {
    constexpr auto line = static_cast<int64_t>(64 / sizeof(T));
    if (columns == width && columns % line == 0) {
      // Of a known length: a move or two.
      for (int64_t i = 0; i < columns; i += line) std::memcpy(to + i, from + i, 64);
      return;
    }
    std::copy_n(from, columns, to);
    std::fill_n(to + columns, width - columns, T{0});
  }

  void add_block(const T* source, int64_t block, T* sums) {
    const int64_t columns = layout_.columns(block), width = layout_.block_width(block);
    for (std::size_t i = 0; i < row_.size(); ++i) row_sum_[i] = row_[i] * width;
    // The unit's pixels follow one another in dy.
    const T* dy = dy_ + pixels_.target[0] + layout_.first_filter(block);
    int64_t step = shape_.filters;
    if (columns != width || (step != width && row_.size() >= 32)) {
      for (int64_t p = 0; p < pixels_.count; ++p)
        copy_columns(dy + p * step, columns, width, columns_.data() + p * width);
      dy = columns_.data();
      step = width;
    }
    kernels_.sum_filters({.source = source,
                          .dy = dy,
                          .dy_step = step,
                          .sums = sums,
                          .pixel_source = pixels_.source.data(),
                          .pixels = pixels_.count,
                          .row_source = row_source_.data(),
                          .row_sum = row_sum_.data(),
                          .rows = static_cast<int64_t>(row_.size()),
                          .columns = columns});
  }

  const ConvolutionKernels<T>& kernels_;
  const ConvolutionShape& shape_;
  const ConvolutionPlan& plan_;
  const Sums& layout_;
  const T *x_, *dy_;
  PixelLists pixels_;
  Scratch<T> columns_;
  bool blocked_ = false;
  int64_t block_stride_ = 0;
  std::vector<int64_t> row_source_, row_, row_sum_;
};

template <class T>
void filter_gradient(const ConvolutionKernels<T>& kernels, const ConvolutionShape& shape, ConvolutionPlan plan,
                     const T* x, const T* dy, T* dw) {
  const Sums layout(shape, 2 * kernels.register_width);
  const int64_t blocks = layout.blocks(), elements = blocks * layout.block_elements();
  // A unit's pixels times a block of columns should stay in the nearest cache.
  plan.divide(192);
  const int64_t units = plan.units();
  const auto worth = std::clamp<int64_t>(static_cast<int64_t>(operations(shape) / 4e6), 1, 32);
  // Parts of the batch as long as clearing and adding up their sums takes little; parts of the columns beyond.
  const auto cheap = static_cast<int64_t>(operations(shape) / (1600 * static_cast<double>(elements)));
  const int64_t batch_parts = std::min({worth, units, std::max<int64_t>(1, cheap)});
  const int64_t column_parts = std::clamp<int64_t>(worth / batch_parts, 1, blocks);
  const Scratch<T> sums(batch_parts * elements);

  parallel_for(batch_parts * column_parts, 1, [&](int64_t begin, int64_t end) {
    PartialSums<T> partial(kernels, shape, plan, layout, x, dy);
    for (int64_t task = begin; task < end; ++task) {
      const int64_t part = task / column_parts, column_part = task % column_parts;
      const int64_t first = blocks * column_part / column_parts, last = blocks * (column_part + 1) / column_parts;
      T* part_sums = sums.data() + part * elements;
      std::fill(part_sums + first * layout.block_elements(), part_sums + last * layout.block_elements(), T{0});
      for (int64_t u = units * part / batch_parts; u < units * (part + 1) / batch_parts; ++u)
        partial.add(plan.unit(u), first, last, part_sums);
    }
  });

  const int64_t grain = std::max<int64_t>(1, cheap_grain / (shape.filters * batch_parts));
  parallel_for(layout.rows(), grain, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      for (int64_t block = 0; block < blocks; ++block) {
        const int64_t columns = layout.columns(block);
        T* to = dw + row * shape.filters + layout.first_filter(block);
        const T* from = sums.data() + block * layout.block_elements() + row * layout.block_width(block);
        std::copy_n(from, columns, to);
        for (int64_t part = 1; part < batch_parts; ++part) {
          from += elements;
          for (int64_t j = 0; j < columns; ++j) to[j] += from[j];
        }
      }
  });
}

}  // namespace

void convolution_filter_gradient(DType dtype, const ConvolutionShape& shape, const void* x, const void* dy,
                                 void* dw) {
  const ConvolutionPlan plan = ConvolutionPlan::of_result(shape);
  const int64_t taps = shape.axes[0].kernel * shape.axes[1].kernel * shape.axes[2].kernel;
  const std::size_t bytes = dtype == DType::float32 ? sizeof(float) : sizeof(double);
  const int64_t elements = taps * (shape.channels / shape.groups) * shape.filters;
  if (elements == 0) return;
  if (plan.batch * plan.pixels_per_image() == 0) {
    std::memset(dw, 0, static_cast<std::size_t>(elements) * bytes);
    return;
  }
  if (shape.is_depthwise()) return depthwise_filter_gradient(dtype, shape, plan, x, dy, dw);
  const ConvolutionTable& table =
      pick(baseline::convolution_table, avx2::convolution_table, avx512::convolution_table);
  if (dtype == DType::float32)
    filter_gradient(table.float32, shape, plan, static_cast<const float*>(x), static_cast<const float*>(dy),
                    static_cast<float*>(dw));
  else
    filter_gradient(table.float64, shape, plan, static_cast<const double*>(x), static_cast<const double*>(dy),
                    static_cast<double*>(dw));
}

}  // namespace gradtape::kernels
