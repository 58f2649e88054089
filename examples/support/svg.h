#pragma once
// An SVG picture: text, lines and grey images, in one file that needs no other.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace example {

struct Point {
  double x, y;
};

struct TextStyle {
  double size = 12;
  std::string_view color = "#1a202c";
  std::string_view anchor = "start";  ///< or "middle", "end"
  bool bold = false;
};

class Svg {
 public:
  /// A white page; lengths are in pixels, y points down.
  Svg(double width, double height);
  void text(Point at, std::string_view text, const TextStyle& style = {});
  void line(Point from, Point to, std::string_view color, double width = 1);
  void polyline(std::span<const Point> points, std::string_view color, double width = 2);
  void disc(Point center, double radius, std::string_view color);
  void frame(Point corner, double width, double height, std::string_view color, double thickness = 1);
  /// A square of `size` pixels with the grey values 0 (black) to 255 of a side x side image, row by row.
  void image(Point corner, double size, std::span<const std::uint8_t> grey, int side);
  /// The whole file.
  std::string str() const { return text_ + "</svg>\n"; }

 private:
  std::string text_;
};

struct Curve {
  std::string name;
  std::vector<double> values;  ///< at 1, 2, 3, ...
};

/// Curves over the epochs, with axes and a legend, in the rectangle given.
void draw_curves(Svg& svg, Point corner, double width, double height, std::string_view title,
                 std::span<const Curve> curves);

}  // namespace example
