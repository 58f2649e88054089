#include "gradtape/autograd/ops/rearranging.h"

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "kernels/copy.h"
#include "ops/checks.h"
#include "ops/composite.h"
#include "ops/parts.h"
#include "ops/shape_families.h"

namespace gradtape {
namespace detail {
namespace {

using Values = std::vector<Tensor>;

const char* element_at(const TensorImpl& tensor, std::int64_t place) {
  return static_cast<const char*>(tensor.data) + place * static_cast<std::int64_t>(size_of(tensor.dtype));
}

struct Reverse {
  static constexpr std::string_view name = "reverse";
  Axes axis;

  Shape infer(const Inputs& x) const {
    static_cast<void>(axis.mask(x.shape(0).rank()));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& input = *impl_of(x[0]);
    if (input.count == 0) return;
    const unsigned turned = axis.mask(input.shape.rank());
    Shape last = input.shape;
    for (int i = 0; i < last.rank(); ++i) last[i] = turned >> i & 1 ? last[i] - 1 : 0;
    Part part(input.shape, last);
    for (int i = 0; i < last.rank(); ++i)
      if (turned >> i & 1) part.strides[i] = -part.strides[i];
    kernels::strided_read(size_of(input.dtype), element_at(input, part.offset), part.strides, impl_of(y)->data,
                          input.shape);
  }
  auto gradient(Dy dy) const {
    return partials([=, this] { return reverse(dy, axis); });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return reverse(x[0], 0); }, {sample_values({4}, -2, 2)}},
            {[](const Values& x) {
               return reverse(x[0], {0, -1});
             },
             {sample_values({2, 1, 3}, -2, 2)}},
            {[](const Values& x) { return reverse(x[0], 1); }, {sample_values({0, 3}, -2, 2)}},
            {[](const Values& x) { return reverse(x[0], Axes::none()); }, {sample_values({}, -2, 2)}}};
  }
};

struct Roll {
  static constexpr std::string_view name = "roll";
  Shape shift;
  Axes axis;

  Shape infer(const Inputs& x) const {
    if (shift.rank() != axis.count())
      throw InvalidArgumentError("there are " + std::to_string(shift.rank()) + " shifts for " +
                                 std::to_string(axis.count()) + " axes");
    for (int named : axis) normalize_axis(named, x.shape(0).rank());
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl &input = *impl_of(x[0]), &result = *impl_of(y);
    if (input.count == 0) return;
    const Shape& shape = input.shape;
    std::int64_t moved[Shape::max_rank] = {};  // along each axis, from 0 up to its length
    for (int i = 0; i < shift.rank(); ++i) {
      const int place = normalize_axis(axis.begin()[i], shape.rank());
      const std::int64_t n = shape[place];
      moved[place] = (moved[place] + shift[i] % n + n) % n;
    }
    unsigned axes = 0;
    for (int i = 0; i < shape.rank(); ++i) axes |= moved[i] != 0 ? 1u << i : 0;
    // Along each axis the block before the cut moves up, the one behind it to the front: all combinations.
    for (unsigned wrapped = axes;; wrapped = (wrapped - 1) & axes) {
      Shape from = shape, to = shape, block = shape;
      for (int i = 0; i < shape.rank(); ++i) {
        const bool wraps = wrapped >> i & 1;
        from[i] = wraps ? shape[i] - moved[i] : 0;
        to[i] = wraps ? 0 : moved[i];
        block[i] = wraps ? moved[i] : shape[i] - moved[i];
      }
      const Part source(shape, from), target(shape, to);
      kernels::copy_block(size_of(input.dtype), element_at(input, source.offset), source.strides,
                          const_cast<char*>(element_at(result, target.offset)), target.strides, block);
      if (wrapped == 0) break;
    }
  }
  auto gradient(Dy dy) const {
    return partials([=, this] {
      Shape back = shift;
      for (int i = 0; i < back.rank(); ++i) {
        const std::int64_t n = dy->shape()[axis.begin()[i]];
        back[i] = n == 0 ? 0 : -(shift[i] % n);
      }
      return roll(dy, back, axis);
    });
  }
  static std::vector<Sample> samples() {
    return {{[](const Values& x) { return roll(x[0], 2, 0); }, {sample_values({5}, -2, 2)}},
            {[](const Values& x) {
               return roll(x[0], {1, -5}, {0, -1});
             },
             {sample_values({3, 1, 4}, -2, 2)}},
            {[](const Values& x) {
               return roll(x[0], {1, 1}, {1, 1});
             },
             {sample_values({2, 3}, -2, 2)}},
            {[](const Values& x) { return roll(x[0], 1, 0); }, {sample_values({0, 3}, -2, 2)}}};
  }
};

Tensor turned(const Tensor& m, std::int64_t k, int from, int to, Where where) {
  switch ((k % 4 + 4) % 4) {
    case 1:
      return swapaxes(reverse(m, to, where), from, to, where);
    case 2:
      return reverse(m, {from, to}, where);
    case 3:
      return reverse(swapaxes(m, from, to, where), to, where);
    default:
      return identity(m, where);
  }
}

/// The axis of the rows of an image, or of a batch of them; the columns follow.
int row_axis(std::string_view name, const Tensor& image, Where where) {
  return in_function(name, where, [&] {
    if (image.rank() != 3 && image.rank() != 4)
      throw InvalidArgumentError("an image (height, width, channels) or a batch of them is needed, got shape " +
                                 to_string(image.shape()));
    return image.rank() - 3;
  });
}

void check_axis(std::string_view name, const Tensor& m, int axis, Where where) {
  in_function(name, where, [&] {
    if (m.rank() <= axis)
      throw InvalidArgumentError("shape " + to_string(m.shape()) + " has no axis " + std::to_string(axis));
  });
}

std::vector<Sample> samples_of(Tensor (*op)(const Tensor&, Where), std::initializer_list<Shape> shapes) {
  std::vector<Sample> samples;
  for (const Shape& shape : shapes)
    samples.push_back({[op](const Values& x) { return op(x[0], Where::here()); }, {sample_values(shape, -2, 2)}});
  return samples;
}
std::vector<Sample> flip_samples() {
  return {{[](const Values& x) { return flip(x[0]); }, {sample_values({2, 3}, -2, 2)}},
          {[](const Values& x) { return flip(x[0], -2); }, {sample_values({3, 2, 1}, -2, 2)}}};
}
std::vector<Sample> flipud_samples() { return samples_of(flipud, {{3}, {3, 2}}); }
std::vector<Sample> fliplr_samples() { return samples_of(fliplr, {{2, 3}, {2, 3, 2}}); }
std::vector<Sample> rot90_samples() {
  std::vector<Sample> samples;
  for (int k : {-1, 0, 1, 2})
    samples.push_back({[k](const Values& x) { return rot90(x[0], k); }, {sample_values({2, 3}, -2, 2)}});
  samples.push_back({[](const Values& x) { return rot90(x[0], 3, {-1, 1}); }, {sample_values({1, 2, 3}, -2, 2)}});
  return samples;
}
std::vector<Sample> flip_left_right_samples() {
  return samples_of(image::flip_left_right, {{2, 3, 2}, {2, 1, 3, 1}});
}
std::vector<Sample> flip_up_down_samples() { return samples_of(image::flip_up_down, {{2, 3, 2}, {2, 3, 1, 1}}); }
std::vector<Sample> image_transpose_samples() { return samples_of(image::transpose, {{2, 3, 2}, {2, 3, 1, 1}}); }
std::vector<Sample> image_rot90_samples() {
  return {{[](const Values& x) { return image::rot90(x[0]); }, {sample_values({2, 3, 2}, -2, 2)}},
          {[](const Values& x) { return image::rot90(x[0], 3); }, {sample_values({2, 3, 1, 1}, -2, 2)}}};
}

}  // namespace

std::vector<OpRow> rearranging_ops() {
  return {row<Reverse>("shape"),
          row<Roll>("shape"),
          composite("flip", "shape", flip_samples),
          composite("flipud", "shape", flipud_samples),
          composite("fliplr", "shape", fliplr_samples),
          composite("rot90", "shape", rot90_samples),
          composite("image::flip_left_right", "shape", flip_left_right_samples),
          composite("image::flip_up_down", "shape", flip_up_down_samples),
          composite("image::transpose", "shape", image_transpose_samples),
          composite("image::rot90", "shape", image_rot90_samples)};
}

}  // namespace detail

using namespace detail;

Tensor reverse(const Tensor& tensor, const Axes& axis, Where where) { return record(Reverse{axis}, {tensor}, where); }
Tensor flip(const Tensor& m, const Axes& axis, Where where) { return reverse(m, axis, where); }
Tensor flipud(const Tensor& m, Where where) {
  check_axis("flipud", m, 0, where);
  return reverse(m, 0, where);
}
Tensor fliplr(const Tensor& m, Where where) {
  check_axis("fliplr", m, 1, where);
  return reverse(m, 1, where);
}
Tensor roll(const Tensor& input, std::int64_t shift, int axis, Where where) {
  return record(Roll{{shift}, axis}, {input}, where);
}
Tensor roll(const Tensor& input, const Shape& shift, const Axes& axis, Where where) {
  return record(Roll{shift, axis}, {input}, where);
}
Tensor rot90(const Tensor& m, int k, const Axes& axes, Where where) {
  return in_function("rot90", where, [&] {
    if (axes.count() != 2) throw InvalidArgumentError("two axes are needed, got " + std::to_string(axes.count()));
    static_cast<void>(axes.mask(m.rank()));
    return turned(m, k, axes.begin()[0], axes.begin()[1], where);
  });
}

Tensor image::flip_left_right(const Tensor& image, Where where) {
  return reverse(image, row_axis("flip_left_right", image, where) + 1, where);
}
Tensor image::flip_up_down(const Tensor& image, Where where) {
  return reverse(image, row_axis("flip_up_down", image, where), where);
}
Tensor image::transpose(const Tensor& image, Where where) {
  const int rows = row_axis("transpose", image, where);
  return swapaxes(image, rows, rows + 1, where);
}
Tensor image::rot90(const Tensor& image, int k, Where where) {
  const int rows = row_axis("rot90", image, where);
  return turned(image, k, rows, rows + 1, where);
}

}  // namespace gradtape
