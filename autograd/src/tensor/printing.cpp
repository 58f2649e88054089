// Prints as TensorFlow does, which prints as NumPy does: shortest digits that tell a value from its neighbours, at
// most eight after the point, all padded to one width; scientific when the values span a wide range; rows of at most
// 75 characters; three elements at each end of an axis when there are more than 1,000 in all.

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ostream>
#include <string>
#include <type_traits>
#include <vector>

#include "gradtape/autograd/tensor.h"
#include "kernels/dispatch.h"
#include "tensor/impl.h"
#include "tensor/text.h"

namespace gradtape {
namespace {

constexpr int precision = 8, edge_items = 3, line_width = 75;
constexpr std::int64_t summarize_above = 1000;

template <class T>
std::string chars(T value, std::chars_format format) {
  char buffer[512];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, format);
  return {buffer, result.ptr};
}
template <class T>
std::string chars(T value, std::chars_format format, int digits) {
  char buffer[512];
  const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, format, digits);
  return {buffer, result.ptr};
}

void trim_zeros(std::string& digits) {
  if (digits.find('.') == std::string::npos) {
    digits += '.';
    return;
  }
  while (digits.back() == '0') digits.pop_back();
}

// Shortest, or rounded to eight places after the point where the shortest has more; "2." for 2.
template <class T>
std::string positional(T value) {
  std::string text = chars(value, std::chars_format::fixed);
  const auto point = text.find('.');
  if (point != std::string::npos && text.size() - point - 1 > precision)
    text = chars(value, std::chars_format::fixed, precision);
  trim_zeros(text);
  return text;
}

struct Scientific {
  std::string mantissa, exponent;
};
template <class T>
Scientific scientific(T value) {
  std::string text = chars(value, std::chars_format::scientific);
  auto e = text.find('e');
  const auto point = text.find('.');
  if (point != std::string::npos && e - point - 1 > precision) {
    text = chars(value, std::chars_format::scientific, precision);
    e = text.find('e');
  }
  std::string mantissa = text.substr(0, e);
  trim_zeros(mantissa);
  return {mantissa, text.substr(e)};
}

// With that many digits after the point and an exponent of that width: not only zeros follow the shortest digits.
template <class T>
std::string scientific(T value, int digits, std::size_t exponent_width) {
  std::string text = chars(value, std::chars_format::scientific, digits);
  auto e = text.find('e');
  if (digits == 0) text.insert(e++, 1, '.');
  const std::size_t width = text.size() - e;
  if (width < exponent_width) text.insert(e + 2, exponent_width - width, '0');
  return text;
}

std::string left_padded(const std::string& text, std::size_t width) {
  return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

std::size_t whole_digits(const std::string& text) { return text.find('.'); }
std::size_t fraction_digits(const std::string& text) { return text.size() - text.find('.') - 1; }

template <class T>
std::string special(T value) {
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

// All elements in one common format.
template <class T>
std::vector<std::string> format_all(const std::vector<T>& values) {
  T largest = 0, smallest = 0;
  bool any_nonzero = false, any_special = false;
  for (T value : values) {
    if (!std::isfinite(value)) {
      any_special = true;
      continue;
    }
    const T magnitude = std::abs(value);
    if (magnitude == 0) continue;
    largest = any_nonzero ? std::max(largest, magnitude) : magnitude;
    smallest = any_nonzero ? std::min(smallest, magnitude) : magnitude;
    any_nonzero = true;
  }
  const bool use_scientific =
      any_nonzero && (largest >= T(1e8) || static_cast<double>(smallest) < 0.0001 || largest / smallest > T(1000));

  std::vector<std::string> texts(values.size());
  std::vector<std::string> exponents(values.size());
  std::size_t whole = 0, fraction = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) continue;
    if (use_scientific) {
      const Scientific parts = scientific(values[i]);
      texts[i] = parts.mantissa;
      exponents[i] = parts.exponent;
    } else {
      texts[i] = positional(values[i]);
    }
    whole = std::max(whole, whole_digits(texts[i]));
    fraction = std::max(fraction, fraction_digits(texts[i]));
  }
  std::size_t exponent = 0;
  for (const std::string& e : exponents) exponent = std::max(exponent, e.size());
  std::size_t width = whole + 1 + fraction + exponent;
  if (any_special)
    for (T value : values)
      if (!std::isfinite(value)) width = std::max(width, special(value).size());

  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!std::isfinite(values[i])) {
      texts[i] = special(values[i]);
    } else if (use_scientific) {
      texts[i] = scientific(values[i], static_cast<int>(fraction), exponent);
    } else {
      texts[i].append(fraction - fraction_digits(texts[i]), ' ');
    }
    texts[i] = left_padded(texts[i], width);
  }
  return texts;
}

std::vector<std::string> same_width(std::vector<std::string> texts) {
  std::size_t width = 0;
  for (const std::string& text : texts) width = std::max(width, text.size());
  for (std::string& text : texts) text = left_padded(text, width);
  return texts;
}

// The shortest digits, zeros behind them up to the point: to_chars itself would write a large number out in full.
template <class T>
std::string shortest(T value) {
  std::string text = chars(value, std::chars_format::fixed);
  if (text.find('.') != std::string::npos) return text;
  const std::string mantissa = chars(value, std::chars_format::scientific);
  const std::size_t sign = mantissa[0] == '-';
  std::string digits;
  for (char c : mantissa.substr(sign, mantissa.find('e') - sign))
    if (c != '.') digits += c;
  for (std::size_t i = 0; sign + i < text.size(); ++i) text[sign + i] = i < digits.size() ? digits[i] : '0';
  return text;
}

// As Python prints a number: 1.0, 0.1, 1e-05.
template <class T>
std::string python_repr(T value) {
  if (!std::isfinite(value)) return special(value);
  const double magnitude = std::abs(static_cast<double>(value));
  if (magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e16)) return chars(value, std::chars_format::scientific);
  std::string text = shortest(value);
  if (text.find('.') == std::string::npos) text += ".0";
  return text;
}

// As Python prints bytes: b'text', with what is not printable as an escape.
std::string bytes_repr(const std::string& bytes) {
  const bool has_single = bytes.find('\'') != std::string::npos, has_double = bytes.find('"') != std::string::npos;
  const char quote = has_single && !has_double ? '"' : '\'';
  std::string text = {'b', quote};
  for (const char c : bytes) {
    const auto code = static_cast<unsigned char>(c);
    constexpr const char* digits = "0123456789abcdef";
    if (c == '\\' || c == quote)
      text += {'\\', c};
    else if (c == '\n')
      text += "\\n";
    else if (c == '\t')
      text += "\\t";
    else if (c == '\r')
      text += "\\r";
    else if (code < 0x20 || code >= 0x7f)
      text += {'\\', 'x', digits[code >> 4], digits[code & 15]};
    else
      text += c;
  }
  return text + quote;
}

class ArrayPrinter {
 public:
  explicit ArrayPrinter(const Tensor& tensor)
      : tensor_(tensor),
        impl_(detail::checked(tensor)),
        summarized_(impl_.count > summarize_above),
        rank_(impl_.shape.rank()) {}

  std::string print() {
    if (rank_ == 0) return scalar();
    if (impl_.count == 0) return empty();
    collect(0, 0);
    texts_ = formatted();
    next_ = 0;
    std::string text;
    print_axis(text, 0, 0);
    return text;
  }

 private:
  // The places along an axis that are shown; -1 stands for "...".
  std::vector<std::int64_t> shown(int axis) const {
    const std::int64_t n = impl_.shape[axis];
    std::vector<std::int64_t> places;
    const bool cut = summarized_ && n > 2 * edge_items;
    for (std::int64_t i = 0; i < (cut ? edge_items : n); ++i) places.push_back(i);
    if (!cut) return places;
    places.push_back(-1);
    for (std::int64_t i = n - edge_items; i < n; ++i) places.push_back(i);
    return places;
  }

  void collect(int axis, std::int64_t offset) {
    if (axis == rank_) {
      offsets_.push_back(offset);
      return;
    }
    for (std::int64_t i : shown(axis))
      if (i >= 0) collect(axis + 1, offset * impl_.shape[axis] + i);
  }

  template <class T>
  std::vector<T> elements() const {
    std::vector<T> values;
    for (std::int64_t offset : offsets_) values.push_back(static_cast<const T*>(impl_.data)[offset]);
    return values;
  }
  template <class T>
  std::vector<std::string> integers() const {
    std::vector<std::string> texts;
    for (T value : elements<T>()) texts.push_back(std::to_string(value));
    return same_width(texts);
  }

  std::vector<std::string> formatted() const {
    std::vector<std::string> texts;
    if (impl_.dtype == boolean) {
      for (std::int64_t offset : offsets_)
        texts.push_back(static_cast<const bool*>(impl_.data)[offset] ? " True" : "False");
      return texts;
    }
    if (impl_.dtype == DType::string) {
      for (std::int64_t offset : offsets_) texts.push_back(bytes_repr(detail::text_at(tensor_, offset)));
      return texts;
    }
    return kernels::with_type(impl_.dtype, [&](auto zero) {
      using T = decltype(zero);
      if constexpr (std::is_floating_point_v<T>)
        return format_all(elements<T>());
      else
        return integers<T>();
    });
  }

  std::string scalar() const {
    if (impl_.dtype == boolean) return *static_cast<const bool*>(impl_.data) ? "True" : "False";
    if (impl_.dtype == DType::string) return bytes_repr(detail::text_at(tensor_, 0));
    return kernels::with_type(impl_.dtype, [&](auto zero) {
      using T = decltype(zero);
      const T value = *static_cast<const T*>(impl_.data);
      if constexpr (std::is_floating_point_v<T>)
        return python_repr(value);
      else
        return std::to_string(value);
    });
  }

  // NumPy prints every empty array as [], and says its shape elsewhere.
  std::string empty() const { return "[]"; }

  void print_axis(std::string& text, int axis, int indent) {
    text += '[';
    ++indent;
    const std::vector<std::int64_t> places = shown(axis);
    if (axis == rank_ - 1) {
      print_row(text, places, indent);
    } else {
      const std::string separator(static_cast<std::size_t>(rank_ - 1 - axis), '\n');
      for (std::size_t i = 0; i < places.size(); ++i) {
        if (i > 0) text += separator + std::string(static_cast<std::size_t>(indent), ' ');
        if (places[i] < 0)
          text += "...";
        else
          print_axis(text, axis + 1, indent);
      }
    }
    text += ']';
  }

  // Breaks before an element that would reach past the line's width, less the brackets that may close behind it.
  void print_row(std::string& text, const std::vector<std::int64_t>& places, int indent) {
    const std::size_t room = line_width - static_cast<std::size_t>(rank_);
    std::size_t column = static_cast<std::size_t>(indent);
    for (std::size_t i = 0; i < places.size(); ++i) {
      const std::string element = places[i] < 0 ? "..." : texts_[next_++];
      if (i > 0) {
        if (column + 1 + element.size() > room) {
          while (text.back() == ' ') text.pop_back();
          text += '\n' + std::string(static_cast<std::size_t>(indent), ' ');
          column = static_cast<std::size_t>(indent);
        } else {
          text += ' ';
          ++column;
        }
      }
      text += element;
      column += element.size();
    }
  }

  const Tensor& tensor_;
  const detail::TensorImpl& impl_;
  const bool summarized_;
  const int rank_;
  std::vector<std::int64_t> offsets_;
  std::vector<std::string> texts_;
  std::size_t next_ = 0;
};

}  // namespace

std::string values_to_string(const Tensor& tensor) { return ArrayPrinter(tensor).print(); }

std::string to_string(const Tensor& tensor) {
  if (!tensor) return "tf.Tensor(None)";
  std::string values = values_to_string(tensor);
  if (values.find('\n') != std::string::npos) values.insert(0, "\n");
  return "tf.Tensor(" + values + ", shape=" + to_string(tensor.shape()) +
         ", dtype=" + std::string(name_of(tensor.dtype())) + ")";
}

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << to_string(tensor); }

}  // namespace gradtape
