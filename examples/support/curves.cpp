#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "svg.h"

namespace example {
namespace {

constexpr std::array<std::string_view, 4> colors = {"#2b6cb0", "#dd6b20", "#2f855a", "#805ad5"};
constexpr std::string_view faint = "#e2e8f0", grey = "#4a5568";

// The values between which the axis runs, and the step of its marks: 1, 2 or 5 times a power of ten.
struct Axis {
  double low, high, step;
};

Axis axis_for(std::span<const Curve> curves) {
  double low = curves[0].values.at(0), high = low;
  for (const Curve& curve : curves)
    for (const double value : curve.values) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  const double rough = std::max((high - low) / 4, 1e-4);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double step = power * (rough < 1.5 * power ? 1 : rough < 3.5 * power ? 2 : rough < 7.5 * power ? 5 : 10);
  const Axis axis{std::floor(low / step) * step, std::ceil(high / step) * step, step};
  return axis.high > axis.low ? axis : Axis{axis.low - step, axis.low + step, step};
}

std::string label(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

void draw_curves(Svg& svg, Point corner, double width, double height, std::string_view title,
                 std::span<const Curve> curves) {
  const double left = corner.x + 44, right = corner.x + width - 8, top = corner.y + 30,
               bottom = corner.y + height - 36;
  const auto epochs = static_cast<int>(curves[0].values.size());
  const Axis axis = axis_for(curves);
  const auto x_of = [&](int epoch) {
    return epochs > 1 ? left + 10 + (right - left - 20) * (epoch - 1) / (epochs - 1) : (left + right) / 2;
  };
  const auto y_of = [&](double value) {
    return bottom - (bottom - top) * (value - axis.low) / (axis.high - axis.low);
  };

  svg.text({left, corner.y + 14}, title, {.size = 15, .bold = true});
  const int marks = static_cast<int>(std::lround((axis.high - axis.low) / axis.step));
  for (int mark = 0; mark <= marks; ++mark) {
    const double value = axis.low + mark * axis.step;
    svg.line({left, y_of(value)}, {right, y_of(value)}, faint);
    svg.text({left - 8, y_of(value) + 4}, label(value), {.size = 11, .color = grey, .anchor = "end"});
  }
  const int epoch_step = std::max(1, (epochs + 9) / 10);
  for (int epoch = 1; epoch <= epochs; epoch += epoch_step)
    svg.text({x_of(epoch), bottom + 16}, std::to_string(epoch), {.size = 11, .color = grey, .anchor = "middle"});
  svg.text({(left + right) / 2, bottom + 32}, "epoch", {.size = 11, .color = grey, .anchor = "middle"});

  double legend = right;
  for (std::size_t i = curves.size(); i-- > 0;) {
    const std::string_view color = colors[i % colors.size()];
    svg.text({legend, corner.y + 14}, curves[i].name, {.size = 12, .color = color, .anchor = "end", .bold = true});
    legend -= 14 + 7.2 * static_cast<double>(curves[i].name.size());
    std::vector<Point> points;
    for (int epoch = 1; epoch <= epochs; ++epoch)
      points.push_back({x_of(epoch), y_of(curves[i].values.at(static_cast<std::size_t>(epoch - 1)))});
    svg.polyline(points, color);
    for (const Point& point : points) svg.disc(point, 2.5, color);
  }
}

}  // namespace example
