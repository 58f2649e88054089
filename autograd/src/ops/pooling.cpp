#include "gradtape/autograd/ops/pooling.h"

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "ops/checks.h"
#include "ops/pooling_ops.h"

namespace gradtape {
namespace detail {
namespace {

/// The result of a pooling function: checks, then the op in channels last.
struct Arguments {
  std::string_view op;
  int spatial_rank;
  std::string_view data_format;
  Where where;

  bool channels_first() const { return has_channels_first(data_format, spatial_rank); }

  /// The shape of the input, channels last.
  Shape checked_shape(const Tensor& input) const {
    const TensorImpl& impl = described(input);
    check_floating(impl.dtype);
    if (impl.shape.rank() != spatial_rank + 2)
      throw InvalidArgumentError("input of shape " + to_string(impl.shape) + " has " +
                                 std::to_string(impl.shape.rank()) + " axes; it needs " +
                                 std::to_string(spatial_rank + 2));
    return channels_first() ? to_channels_last(impl.shape) : impl.shape;
  }
  Tensor turned(const Tensor& tensor) const { return channels_first() ? to_channels_last(tensor, where) : tensor; }
  Tensor turned_back(const Tensor& tensor) const {
    return channels_first() ? to_channels_first(tensor, where) : tensor;
  }
};

Pooling checked_pooling(const Arguments& arguments, const Tensor& input, const SpatialSizes& ksize,
                        const SpatialSizes& strides, const WindowPadding& padding, const SpatialSizes& dilations) {
  return in_function(arguments.op, arguments.where, [&] {
    const Shape shape = arguments.checked_shape(input);
    const int rank = arguments.spatial_rank;
    const bool first = arguments.channels_first();
    Pooling pooling{{shape[0], shape.back(), {}, false}, shape, {}};
    const Windows windows{spatial_sizes(ksize, "the window", rank, first),
                          spatial_sizes(strides, "strides", rank, first),
                          spatial_sizes(dilations, "dilations", rank, first), first};
    resolve_windows(shape.sub(1, rank + 1), windows, padding, pooling.shape.axes);
    if (padding.name().empty())
      for (int i = 0; i < rank; ++i) {
        const kernels::ConvolutionAxis& axis = pooling.shape.axes[3 - rank + i];
        const int place = padding.after().rank() == rank ? i : first ? i + 2 : i + 1;
        if (std::max(axis.before, padding.after()[place]) >= axis.kernel)
          throw InvalidArgumentError("the padding of the spatial axis " + std::to_string(i) +
                                     " must be smaller than the window, " + std::to_string(axis.kernel));
      }
    pooling.result = result_shape(shape[0], pooling.shape.axes, rank, shape.back());
    return pooling;
  });
}

Pooling checked_adaptive(const Arguments& arguments, const Tensor& input, const SpatialSizes& output_size) {
  return in_function(arguments.op, arguments.where, [&] {
    const Shape shape = arguments.checked_shape(input);
    const int rank = arguments.spatial_rank;
    const Shape sizes = spatial_sizes(output_size, "output_size", rank, arguments.channels_first());
    Pooling pooling{{shape[0], shape.back(), {}, true}, shape, {}};
    for (int i = 0; i < rank; ++i) {
      if (shape[i + 1] == 0)
        throw InvalidArgumentError("input of shape " + to_string(shape) + " has nothing to pool (channels last)");
      pooling.shape.axes[3 - rank + i] = {shape[i + 1], 1, sizes[i]};
    }
    pooling.result = result_shape(shape[0], pooling.shape.axes, rank, shape.back());
    return pooling;
  });
}

using Pooled = Tensor (*)(const Pooling&, const Tensor&, Where);

Tensor pooled(Pooled function, const Arguments& arguments, const Tensor& input, const SpatialSizes& ksize,
              const SpatialSizes& strides, const WindowPadding& padding, const SpatialSizes& dilations = 1) {
  const Pooling pooling = checked_pooling(arguments, input, ksize, strides, padding, dilations);
  return arguments.turned_back(function(pooling, arguments.turned(input), arguments.where));
}

Tensor adapted(Pooled function, const Arguments& arguments, const Tensor& input, const SpatialSizes& output_size) {
  const Pooling pooling = checked_adaptive(arguments, input, output_size);
  return arguments.turned_back(function(pooling, arguments.turned(input), arguments.where));
}

int spatial_rank_of(std::string_view op, const Tensor& input, Where where) {
  return in_function(op, where, [&] {
    const Shape& shape = described(input).shape;
    if (shape.rank() < 3 || shape.rank() > 5)
      throw InvalidArgumentError("input of shape " + to_string(shape) +
                                 ": it needs a batch, 1, 2 or 3 spatial axes, and channels");
    return shape.rank() - 2;
  });
}

/// All but the batch and the channels.
Axes spatial_axes(std::string_view op, const Tensor& input, std::string_view data_format, Where where) {
  const int rank = spatial_rank_of(op, input, where);
  return in_function(op, where, [&] {
    check_floating(input.dtype());
    Axes axes = Axes::none();
    const int first = has_channels_first(data_format, rank) ? 2 : 1;
    for (int i = 0; i < rank; ++i) axes.push_back(first + i);
    return axes;
  });
}

}  // namespace
}  // namespace detail

using namespace detail;

Tensor max_pool1d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options, Where where) {
  return pooled(max_pooled, {"max_pool1d", 1, options.data_format, where}, input, ksize, strides, padding);
}
Tensor max_pool2d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options, Where where) {
  return pooled(max_pooled, {"max_pool2d", 2, options.data_format, where}, input, ksize, strides, padding);
}
Tensor max_pool3d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options, Where where) {
  return pooled(max_pooled, {"max_pool3d", 3, options.data_format, where}, input, ksize, strides, padding);
}
Tensor max_pool(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                const WindowPadding& padding, const PoolOptions& options, Where where) {
  const int rank = spatial_rank_of("max_pool", input, where);
  return pooled(max_pooled, {"max_pool", rank, options.data_format, where}, input, ksize, strides, padding);
}

Tensor avg_pool1d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options, Where where) {
  return pooled(avg_pooled, {"avg_pool1d", 1, options.data_format, where}, input, ksize, strides, padding);
}
Tensor avg_pool2d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options, Where where) {
  return pooled(avg_pooled, {"avg_pool2d", 2, options.data_format, where}, input, ksize, strides, padding);
}
Tensor avg_pool3d(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                  const WindowPadding& padding, const PoolOptions& options, Where where) {
  return pooled(avg_pooled, {"avg_pool3d", 3, options.data_format, where}, input, ksize, strides, padding);
}
Tensor avg_pool(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                const WindowPadding& padding, const PoolOptions& options, Where where) {
  const int rank = spatial_rank_of("avg_pool", input, where);
  return pooled(avg_pooled, {"avg_pool", rank, options.data_format, where}, input, ksize, strides, padding);
}

Tensor pool(const Tensor& input, const SpatialSizes& window_shape, std::string_view pooling_type,
            const SpatialSizes& strides, const WindowPadding& padding, const ConvolutionOptions& options,
            Where where) {
  const int rank = spatial_rank_of("pool", input, where);
  in_function("pool", where, [&] {
    if (pooling_type != "MAX" && pooling_type != "AVG")
      throw InvalidArgumentError("the pooling_type \"" + std::string(pooling_type) +
                                 "\" is not known; it may be \"MAX\" or \"AVG\"");
  });
  return pooled(pooling_type == "MAX" ? max_pooled : avg_pooled, {"pool", rank, options.data_format, where}, input,
                window_shape, strides, padding, options.dilations);
}

MaxPoolWithArgmax max_pool_with_argmax(const Tensor& input, const SpatialSizes& ksize, const SpatialSizes& strides,
                                       const WindowPadding& padding, const MaxPoolWithArgmaxOptions& options,
                                       Where where) {
  const Arguments arguments{"max_pool_with_argmax", 2, options.data_format, where};
  const Pooling pooling = checked_pooling(arguments, input, ksize, strides, padding, 1);
  in_function(arguments.op, where, [&] {
    if (arguments.channels_first()) throw InvalidArgumentError("the data_format must be \"NHWC\"");
    if (options.output_dtype != int64 && options.output_dtype != int32)
      throw InvalidArgumentError("output_dtype must be int64 or int32, got " + text_of(options.output_dtype));
  });
  const Tensor places = max_places(pooling, input, options.include_batch_in_index, where);
  return {max_pooled(pooling, input, where),
          options.output_dtype == int64 ? places : cast(places, options.output_dtype, where)};
}

Tensor global_avg_pool(const Tensor& input, const GlobalPoolOptions& options, Where where) {
  const Axes axes = spatial_axes("global_avg_pool", input, options.data_format, where);
  return reduce_mean(input, axes, {.keepdims = options.keepdims}, where);
}
Tensor global_max_pool(const Tensor& input, const GlobalPoolOptions& options, Where where) {
  const Axes axes = spatial_axes("global_max_pool", input, options.data_format, where);
  return reduce_max(input, axes, {.keepdims = options.keepdims}, where);
}

Tensor adaptive_avg_pool1d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options,
                           Where where) {
  return adapted(avg_pooled, {"adaptive_avg_pool1d", 1, options.data_format, where}, input, output_size);
}
Tensor adaptive_avg_pool2d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options,
                           Where where) {
  return adapted(avg_pooled, {"adaptive_avg_pool2d", 2, options.data_format, where}, input, output_size);
}
Tensor adaptive_avg_pool3d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options,
                           Where where) {
  return adapted(avg_pooled, {"adaptive_avg_pool3d", 3, options.data_format, where}, input, output_size);
}
Tensor adaptive_max_pool1d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options,
                           Where where) {
  return adapted(max_pooled, {"adaptive_max_pool1d", 1, options.data_format, where}, input, output_size);
}
Tensor adaptive_max_pool2d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options,
                           Where where) {
  return adapted(max_pooled, {"adaptive_max_pool2d", 2, options.data_format, where}, input, output_size);
}
Tensor adaptive_max_pool3d(const Tensor& input, const SpatialSizes& output_size, const PoolOptions& options,
                           Where where) {
  return adapted(max_pooled, {"adaptive_max_pool3d", 3, options.data_format, where}, input, output_size);
}

}  // namespace gradtape
