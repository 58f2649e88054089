#include "svg.h"

#include <zlib.h>

#include <cstdio>

namespace example {
namespace {

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.5g", value);
  return text;
}

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}
std::string attribute(std::string_view name, double value) { return attribute(name, number(value)); }

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else if (c == '&')
      result += "&amp;";
    else
      result += c;
  }
  return result;
}

void append_big_endian(std::string& bytes, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xff);
}

void append_chunk(std::string& png, const std::string& type, const std::string& content) {
  const std::string body = type + content;
  append_big_endian(png, static_cast<std::uint32_t>(content.size()));
  png += body;
  append_big_endian(png, static_cast<std::uint32_t>(
                             crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

std::string png_of(std::span<const std::uint8_t> grey, int side) {
  std::string rows;
  for (int row = 0; row < side; ++row) {
    rows += '\0';  // this row is not filtered
    for (int column = 0; column < side; ++column) rows += static_cast<char>(grey[row * side + column]);
  }
  uLongf size = compressBound(rows.size());
  std::string packed(size, '\0');
  compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(rows.data()), rows.size(),
            9);
  packed.resize(size);

  std::string header;
  append_big_endian(header, static_cast<std::uint32_t>(side));
  append_big_endian(header, static_cast<std::uint32_t>(side));
  header += std::string("\x08\0\0\0\0", 5);  // 8 bits, grey, the usual methods
  std::string png = "\x89PNG\r\n\x1a\n";
  append_chunk(png, "IHDR", header);
  append_chunk(png, "IDAT", packed);
  append_chunk(png, "IEND", "");
  return png;
}

std::string base64(const std::string& bytes) {
  constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string result;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t k = 0; k < 3; ++k)
      group = group << 8 | (i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0u);
    for (std::size_t k = 0; k < 4; ++k) result += i + k > bytes.size() ? '=' : digits[group >> (18 - 6 * k) & 63];
  }
  return result;
}

}  // namespace

Svg::Svg(double width, double height) {
  text_ = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + attribute("width", width) + attribute("height", height) +
          attribute("viewBox", "0 0 " + number(width) + " " + number(height)) +
          " font-family=\"Helvetica, Arial, sans-serif\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
}

void Svg::text(Point at, std::string_view text, const TextStyle& style) {
  text_ += "<text" + attribute("x", at.x) + attribute("y", at.y) + attribute("font-size", style.size) +
           attribute("fill", style.color) + attribute("text-anchor", style.anchor) +
           (style.bold ? attribute("font-weight", "bold") : "") + ">" + escaped(text) + "</text>\n";
}

void Svg::line(Point from, Point to, std::string_view color, double width) {
  text_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x) +
           attribute("y2", to.y) + attribute("stroke", color) + attribute("stroke-width", width) + "/>\n";
}

void Svg::polyline(std::span<const Point> points, std::string_view color, double width) {
  std::string list;
  for (const Point& point : points) list += number(point.x) + "," + number(point.y) + " ";
  text_ += "<polyline" + attribute("points", list) + attribute("fill", "none") + attribute("stroke", color) +
           attribute("stroke-width", width) + "/>\n";
}

void Svg::disc(Point center, double radius, std::string_view color) {
  text_ += "<circle" + attribute("cx", center.x) + attribute("cy", center.y) + attribute("r", radius) +
           attribute("fill", color) + "/>\n";
}

void Svg::frame(Point corner, double width, double height, std::string_view color, double thickness) {
  text_ += "<rect" + attribute("x", corner.x) + attribute("y", corner.y) + attribute("width", width) +
           attribute("height", height) + attribute("fill", "none") + attribute("stroke", color) +
           attribute("stroke-width", thickness) + "/>\n";
}

void Svg::image(Point corner, double size, std::span<const std::uint8_t> grey, int side) {
  text_ += "<image" + attribute("x", corner.x) + attribute("y", corner.y) + attribute("width", size) +
           attribute("height", size) + " href=\"data:image/png;base64," + base64(png_of(grey, side)) + "\"/>\n";
}

}  // namespace example
