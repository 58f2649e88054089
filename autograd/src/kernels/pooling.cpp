#include "pooling.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <vector>

#include "isa.h"
#include "parallel.h"
#include "pooling_rows.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;

/// The part of one axis that window o covers: `count` places, `dilation` apart.
struct Reach {
  int64_t first, count;
};

Reach reach_of(const PoolShape& shape, const ConvolutionAxis& axis, int64_t o) {
  if (shape.adaptive) {
    const int64_t begin = o * axis.input / axis.output;
    return {begin, ((o + 1) * axis.input + axis.output - 1) / axis.output - begin};
  }
  const int64_t start = o * axis.stride - axis.before, step = axis.dilation;
  const int64_t begin = start >= 0 ? 0 : (-start + step - 1) / step;
  const int64_t room = axis.input - start;  // places k * step < room lie inside
  const int64_t end = room <= 0 ? 0 : std::min(axis.kernel, (room + step - 1) / step);
  return {start + begin * step, std::max<int64_t>(0, end - begin)};
}

int64_t step_of(const PoolShape& shape, const ConvolutionAxis& axis) { return shape.adaptive ? 1 : axis.dilation; }

/// The windows of the pooled rows, in elements.
class Rows {
 public:
  explicit Rows(const PoolShape& shape) : shape_(shape) {
    for (int64_t o = 0; o < shape.axes[2].output; ++o) {
      const Reach reach = reach_of(shape, shape.axes[2], o);
      first_.push_back(reach.first * shape.channels);
      counts_.push_back(reach.count);
    }
  }
  int64_t per_image() const { return shape_.axes[0].output * shape_.axes[1].output; }
  int64_t image_elements() const {
    return shape_.axes[0].input * shape_.axes[1].input * shape_.axes[2].input * shape_.channels;
  }
  int64_t pooled_elements() const { return shape_.axes[2].output * shape_.channels; }  // of a row

  /// The row-th of an image; `places` holds its list.
  PoolRow row(int64_t row, std::vector<int64_t>& places) const {
    const ConvolutionAxis &outer = shape_.axes[0], &inner = shape_.axes[1];
    const Reach a = reach_of(shape_, outer, row / inner.output), b = reach_of(shape_, inner, row % inner.output);
    places.clear();
    for (int64_t i = 0; i < a.count; ++i)
      for (int64_t j = 0; j < b.count; ++j)
        places.push_back(
            ((a.first + i * step_of(shape_, outer)) * inner.input + b.first + j * step_of(shape_, inner)) *
            shape_.axes[2].input * shape_.channels);
    return {places.data(),
            static_cast<int64_t>(places.size()),
            first_.data(),
            counts_.data(),
            step_of(shape_, shape_.axes[2]) * shape_.channels,
            shape_.axes[2].output,
            shape_.channels,
            shape_.channels};
  }

  /// Values read for a pooled row, about.
  int64_t row_work() const {
    int64_t places = 1;
    for (const ConvolutionAxis& axis : shape_.axes)
      places *=
          shape_.adaptive ? axis.input / std::max<int64_t>(1, axis.output) + 1 : std::min(axis.kernel, axis.input);
    return std::max<int64_t>(1, pooled_elements() * places);
  }

 private:
  const PoolShape& shape_;
  std::vector<int64_t> first_, counts_;
};

int64_t pooled_count(const PoolShape& shape) {
  return shape.batch * shape.channels * shape.axes[0].output * shape.axes[1].output * shape.axes[2].output;
}

/// f(row, image, offset of the pooled row) for every pooled row, in parallel.
template <class F>
void for_rows(const PoolShape& shape, const F& f) {
  if (pooled_count(shape) == 0) return;
  const Rows rows(shape);
  parallel_for(shape.batch * rows.per_image(), std::max<int64_t>(1, cheap_grain / rows.row_work()),
               [&](int64_t begin, int64_t end) {
                 std::vector<int64_t> places;
                 for (int64_t i = begin; i < end; ++i)
                   f(rows.row(i % rows.per_image(), places), i / rows.per_image() * rows.image_elements(),
                     i * rows.pooled_elements());
               });
}

/// The same where windows of different rows write to one place: rows of one image and channel run in order. The
/// elements of dx are zero at first.
template <class T, class F>
void for_rows_in_order(const PoolShape& shape, T* dx, const F& f) {
  const Rows rows(shape);
  const int64_t image = rows.image_elements();
  if (image * shape.batch == 0) return;
  const auto bytes = [](int64_t count) { return static_cast<std::size_t>(count) * sizeof(T); };
  if (pooled_count(shape) == 0) {
    std::memset(dx, 0, bytes(image * shape.batch));
    return;
  }
  // A small batch shares its channels among several tasks.
  const int64_t parts = std::clamp<int64_t>(16 / shape.batch, 1, std::max<int64_t>(1, shape.channels / 32));
  if (parts > 1) std::memset(dx, 0, bytes(image * shape.batch));
  const int64_t grain = std::max<int64_t>(1, cheap_grain / (rows.row_work() * rows.per_image()));
  parallel_for(shape.batch * parts, grain, [&](int64_t begin, int64_t end) {
    std::vector<int64_t> places;
    for (int64_t task = begin; task < end; ++task) {
      const int64_t n = task / parts, part = task % parts;
      if (parts == 1) std::memset(dx + n * image, 0, bytes(image));
      const int64_t first = part * (shape.channels / 32) / parts * 32;
      const int64_t last = part + 1 == parts ? shape.channels : (part + 1) * (shape.channels / 32) / parts * 32;
      for (int64_t i = 0; i < rows.per_image(); ++i) {
        PoolRow row = rows.row(i, places);
        row.channels = last - first;
        f(row, n * image + first, (n * rows.per_image() + i) * rows.pooled_elements() + first);
      }
    }
  });
}

template <class F>
void with_kernels(DType dtype, const F& f) {
  const PoolTable& table = pick(baseline::pool_table, avx2::pool_table, avx512::pool_table);
  if (dtype == DType::float32)
    f(table.float32, float{});
  else
    f(table.float64, double{});
}

}  // namespace

void max_pool(DType dtype, const PoolShape& shape, const void* x, void* y) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(shape, [&](const PoolRow& row, int64_t image, int64_t pooled) {
      kernels.max(row, static_cast<const T*>(x) + image, static_cast<T*>(y) + pooled);
    });
  });
}

void max_pool_gather(DType dtype, const PoolShape& shape, const void* x, const void* y, const void* g, void* result) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(shape, [&](const PoolRow& row, int64_t image, int64_t pooled) {
      kernels.max_gather(row, static_cast<const T*>(x) + image, static_cast<const T*>(y) + pooled,
                         static_cast<const T*>(g) + image, static_cast<T*>(result) + pooled);
    });
  });
}

void max_pool_scatter(DType dtype, const PoolShape& shape, const void* x, const void* y, const void* dy, void* dx) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows_in_order(shape, static_cast<T*>(dx), [&](const PoolRow& row, int64_t image, int64_t pooled) {
      kernels.max_scatter(row, static_cast<const T*>(x) + image, static_cast<const T*>(y) + pooled,
                          static_cast<const T*>(dy) + pooled, static_cast<T*>(dx) + image);
    });
  });
}

void max_pool_places(DType dtype, const PoolShape& shape, const void* x, bool count_images, int64_t* places) {
  with_kernels(dtype, [&](const auto&, auto zero) {
    using T = decltype(zero);
    for_rows(shape, [&](const PoolRow& row, int64_t image, int64_t pooled) {
      const T* values = static_cast<const T*>(x) + image;
      for (int64_t o = 0; o < row.windows; ++o)
        for (int64_t c = 0; c < row.channels; ++c) {
          int64_t best = -1;
          for (int64_t r = 0; r < row.row_count; ++r)
            for (int64_t k = 0; k < row.counts[o]; ++k) {
              const int64_t place = row.rows[r] + row.first[o] + k * row.column_step + c;
              const T value = values[place];
              if (best < 0 || value > values[best] || (value != value && values[best] == values[best])) best = place;
            }
          places[pooled + o * row.pooled_step + c] = best + (count_images ? image : 0);
        }
    });
  });
}

void avg_pool(DType dtype, const PoolShape& shape, const void* x, void* y) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows(shape, [&](const PoolRow& row, int64_t image, int64_t pooled) {
      kernels.mean(row, static_cast<const T*>(x) + image, static_cast<T*>(y) + pooled);
    });
  });
}

void avg_pool_gradient(DType dtype, const PoolShape& shape, const void* dy, void* dx) {
  with_kernels(dtype, [&](const auto& kernels, auto zero) {
    using T = decltype(zero);
    for_rows_in_order(shape, static_cast<T*>(dx), [&](const PoolRow& row, int64_t image, int64_t pooled) {
      kernels.mean_scatter(row, static_cast<const T*>(dy) + pooled, static_cast<T*>(dx) + image);
    });
  });
}

}  // namespace gradtape::kernels
