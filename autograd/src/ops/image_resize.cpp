// Resizing: along the height, then along the width, each result a weighted sum of a few pixels.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/image.h"
#include "gradtape/autograd/ops/indexing.h"
#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/neural_gradients.h"
#include "ops/windows.h"

namespace gradtape {
namespace detail {
namespace {

/// What one pixel of the result is made of.
struct Pixel {
  std::vector<std::int64_t> index;
  std::vector<double> weight;
};
using Pixels = std::vector<Pixel>;

/// The centre of the o-th of `to` pixels, counted in pixels of an axis of length `from`.
double centre(std::int64_t o, std::int64_t from, std::int64_t to) {
  return (static_cast<double>(o) + 0.5) * static_cast<double>(from) / static_cast<double>(to);
}

Pixel nearest(std::int64_t o, std::int64_t from, std::int64_t to) {
  // In float32, as TensorFlow: the rounding decides where a centre lies on a border.
  const float scale = static_cast<float>(from) / static_cast<float>(to);
  const auto place = static_cast<std::int64_t>(std::floor((static_cast<float>(o) + 0.5F) * scale));
  return {{std::min(place, from - 1)}, {1.0}};
}

Pixel bilinear(std::int64_t o, std::int64_t from, std::int64_t to) {
  const double place = centre(o, from, to) - 0.5, below = std::floor(place);
  const auto low = static_cast<std::int64_t>(below);
  return {{std::max<std::int64_t>(low, 0), std::min(low + 1, from - 1)}, {1 - (place - below), place - below}};
}

/// The cubic of Keys (1981) with a = -1/2.
double keys_cubic(double x) {
  if (x >= 2) return 0;
  if (x >= 1) return ((-0.5 * x + 2.5) * x - 4) * x + 2;
  return (1.5 * x - 2.5) * x * x + 1;
}

void normalize(Pixel& pixel) {
  double sum = 0;
  for (double weight : pixel.weight) sum += weight;
  if (std::abs(sum) > 1e-30)
    for (double& weight : pixel.weight) weight /= sum;
}

/// Pixels beyond the edges do not count. TensorFlow tabulates the cubic in steps of 1/1024.
Pixel bicubic(std::int64_t o, std::int64_t from, std::int64_t to) {
  const double place = centre(o, from, to) - 0.5, below = std::floor(place);
  const double fraction = std::nearbyint((place - below) * 1024) / 1024;
  Pixel pixel;
  for (int i = -1; i <= 2; ++i) {
    const std::int64_t index = static_cast<std::int64_t>(below) + i;
    if (index < 0 || index >= from) continue;
    pixel.index.push_back(index);
    pixel.weight.push_back(keys_cubic(std::abs(i - fraction)));
  }
  normalize(pixel);
  return pixel;
}

/// Each pixel as far as it lies in the result's.
Pixel area(std::int64_t o, std::int64_t from, std::int64_t to) {
  const double scale = static_cast<double>(from) / static_cast<double>(to);
  const double begin = static_cast<double>(o) * scale, end = static_cast<double>(o + 1) * scale;
  Pixel pixel;
  for (auto i = static_cast<std::int64_t>(begin); static_cast<double>(i) < end && i < from; ++i) {
    const double left = static_cast<double>(i);
    const double overlap = std::min(left + 1, end) - std::max(left, begin);
    if (overlap <= 0) continue;
    pixel.index.push_back(i);
    pixel.weight.push_back(overlap);
  }
  normalize(pixel);
  return pixel;
}

double triangle(double x) { return x < 1 ? 1 - x : 0; }
double lanczos(double x, double radius) {
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  const double angle = std::numbers::pi * x;
  return radius * std::sin(angle) * std::sin(angle / radius) / (angle * angle);
}
double lanczos3(double x) { return lanczos(x, 3); }
double lanczos5(double x) { return lanczos(x, 5); }
double gaussian(double x) { return x >= 1.5 ? 0 : std::exp(-2 * x * x); }
/// Mitchell and Netravali (1988) with B = C = 1/3.
double mitchell(double x) {
  if (x >= 2) return 0;
  if (x >= 1) return ((-7.0 / 18 * x + 2) * x - 10.0 / 3) * x + 16.0 / 9;
  return (7.0 / 6 * x - 2) * x * x + 8.0 / 9;
}

struct Method {
  std::string_view name;
  Pixel (*plain)(std::int64_t, std::int64_t, std::int64_t);  // without antialias; null: by the filter
  double (*filter)(double);                                  // null: antialias changes nothing
  double radius;
};
constexpr Method methods[] = {{"bilinear", bilinear, triangle, 1},  {"nearest", nearest, nullptr, 0},
                              {"bicubic", bicubic, keys_cubic, 2},  {"area", area, nullptr, 0},
                              {"lanczos3", nullptr, lanczos3, 3},   {"lanczos5", nullptr, lanczos5, 5},
                              {"gaussian", nullptr, gaussian, 1.5}, {"mitchellcubic", nullptr, mitchell, 2}};

/// A filter around the centre, widened when the axis gets shorter and antialias is wanted.
Pixel filtered(const Method& method, bool antialias, std::int64_t o, std::int64_t from, std::int64_t to) {
  const double scale = antialias ? std::max(1.0, static_cast<double>(from) / static_cast<double>(to)) : 1.0;
  const double place = centre(o, from, to), reach = method.radius * scale;
  const auto first = std::max<std::int64_t>(0, static_cast<std::int64_t>(std::ceil(place - reach - 0.5)));
  const auto last = std::min(from - 1, static_cast<std::int64_t>(std::floor(place + reach - 0.5)));
  Pixel pixel;
  for (std::int64_t i = first; i <= last; ++i) {
    pixel.index.push_back(i);
    pixel.weight.push_back(method.filter(std::abs(static_cast<double>(i) + 0.5 - place) / scale));
  }
  normalize(pixel);
  return pixel;
}

Pixels pixels_of(const Method& method, bool antialias, std::int64_t from, std::int64_t to) {
  Pixels pixels;
  for (std::int64_t o = 0; o < to; ++o)
    pixels.push_back(method.plain == nullptr || (antialias && method.filter != nullptr)
                         ? filtered(method, antialias, o, from, to)
                         : method.plain(o, from, to));
  return pixels;
}

/// axis 1 or 2 of (batch, height, width, channels).
Tensor resized(const Tensor& images, int axis, const Pixels& pixels, bool weighted, Where where) {
  std::size_t most = 1;
  for (const Pixel& pixel : pixels) most = std::max(most, pixel.index.size());
  const auto count = static_cast<std::int64_t>(pixels.size());
  Tensor sum;
  for (std::size_t term = 0; term < most; ++term) {
    std::vector<std::int64_t> index;
    std::vector<double> weight;
    for (const Pixel& pixel : pixels) {
      // A pixel of fewer terms repeats its first one, with a weight of 0.
      const bool present = term < pixel.index.size();
      index.push_back(pixel.index[present ? term : 0]);
      weight.push_back(present ? pixel.weight[term] : 0.0);
    }
    Tensor part = gather(images, constant(std::span<const std::int64_t>(index), {count}), axis, {}, where);
    if (weighted) {
      const Shape shape = axis == 1 ? Shape{count, 1, 1} : Shape{count, 1};
      const Tensor weights = cast(constant(std::span<const double>(weight), {count}), images.dtype(), where);
      part = multiply(operand(part, where), reshape(weights, shape, where));
    }
    sum = term == 0 ? part : add(operand(sum, where), part);
  }
  return sum;
}

using Values = std::vector<Tensor>;

std::vector<Sample> resize_samples() {
  std::vector<Sample> samples;
  for (const bool antialias : {false, true})
    for (const Method& method : methods) {
      const std::string_view name = method.name;
      samples.push_back({[=](const Values& x) {
                           return image::resize(x[0], {2, 5}, {.method = name, .antialias = antialias});
                         },
                         {sample_values({1, 3, 3, 2}, -2, 2)}});
    }
  samples.push_back({[](const Values& x) {
                       return image::resize(x[0], {4, 4}, {.preserve_aspect_ratio = true});
                     },
                     {sample_values({2, 3, 1}, -2, 2)}});
  return samples;
}

}  // namespace

std::vector<OpRow> resize_ops() { return {composite("image::resize", "image", resize_samples)}; }

}  // namespace detail

using namespace detail;

Tensor image::resize(const Tensor& images, const Shape& size, const ResizeOptions& options, Where where) {
  const Method* method = std::find_if(std::begin(methods), std::end(methods),
                                      [&](const Method& known) { return known.name == options.method; });
  Shape shape;
  in_function("image::resize", where, [&] {
    shape = described(images).shape;
    if (method == std::end(methods)) {
      std::string known;
      for (const Method& each : methods) known += (known.empty() ? "\"" : ", \"") + std::string(each.name) + "\"";
      throw InvalidArgumentError("the method \"" + std::string(options.method) + "\" is not known; it may be " +
                                 known);
    }
    if (shape.rank() != 3 && shape.rank() != 4)
      throw InvalidArgumentError("images of shape " + to_string(shape) +
                                 ": (height, width, channels), with or without a batch before, is needed");
    if (size.rank() != 2 || size[0] < 1 || size[1] < 1 || size[0] > (1 << 24) || size[1] > (1 << 24))
      throw InvalidArgumentError("size " + to_string(size) + " must be a positive height and width");
    if (shape[-3] < 1 || shape[-2] < 1)
      throw InvalidArgumentError("images of shape " + to_string(shape) + " have no pixels");
    if (options.method != "nearest") check_number(images.dtype());
  });
  std::int64_t height = size[0], width = size[1];
  if (options.preserve_aspect_ratio) {
    const double rows = static_cast<double>(shape[-3]), columns = static_cast<double>(shape[-2]);
    const double scale = std::min(static_cast<double>(height) / rows, static_cast<double>(width) / columns);
    height = std::max<std::int64_t>(1, std::llround(scale * rows));
    width = std::max<std::int64_t>(1, std::llround(scale * columns));
  }
  const bool weighted = options.method != "nearest";
  Tensor batch = shape.rank() == 3 ? expand_dims(images, 0, where) : images;
  if (weighted && !is_floating(images.dtype())) batch = cast(batch, float32, where);
  batch = resized(batch, 1, pixels_of(*method, options.antialias, shape[-3], height), weighted, where);
  batch = resized(batch, 2, pixels_of(*method, options.antialias, shape[-2], width), weighted, where);
  return shape.rank() == 3 ? squeeze(batch, 0, where) : batch;
}

}  // namespace gradtape
