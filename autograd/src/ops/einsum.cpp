#include "gradtape/autograd/ops/einsum.h"

#include <algorithm>
#include <array>

#include "gradtape/autograd/ops/math.h"
#include "gradtape/autograd/ops/reduction.h"
#include "gradtape/autograd/ops/shape_ops.h"
#include "ops/checks.h"
#include "ops/contraction.h"
#include "ops/linear_algebra_families.h"
#include "ops/matrices.h"

namespace gradtape {
namespace detail {
namespace {

using Labels = std::string;

constexpr std::string_view ellipsis = "...";

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool has(const Labels& labels, char label) { return labels.find(label) != Labels::npos; }

/// The axes that "..." stands for have digits as labels, 0 for the last one.
Labels ellipsis_labels(int count) {
  Labels labels;
  for (int i = count - 1; i >= 0; --i) labels += static_cast<char>('0' + i);
  return labels;
}

class Equation {
 public:
  Equation(std::string_view text, const Tensors& operands) : text_(text) {
    std::string compact;
    for (char c : text)
      if (c != ' ') compact += c;
    const std::size_t arrow = compact.find("->");
    split(compact.substr(0, arrow));
    if (terms_.size() != operands.size())
      fail("has " + std::to_string(terms_.size()) + " terms, but there are " + std::to_string(operands.size()) +
           " operands");
    int ellipsis_rank = 0;
    for (std::size_t i = 0; i < terms_.size(); ++i)
      ellipsis_rank = std::max(ellipsis_rank, expand(terms_[i], i, operands[i].shape()));
    if (arrow == std::string::npos)
      output_ = ellipsis_labels(ellipsis_rank) + letters_that_stand_once();
    else
      read_output(compact.substr(arrow + 2), ellipsis_rank);
    for (std::size_t i = 0; i < terms_.size(); ++i) note_lengths(i, operands[i].shape());
  }

  const std::vector<Labels>& terms() const { return terms_; }
  const Labels& output() const { return output_; }
  std::int64_t length(char label) const { return lengths_[static_cast<std::size_t>(label)]; }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InvalidArgumentError("equation \"" + std::string(text_) + "\" " + what);
  }

  void split(const std::string& left) {
    std::size_t begin = 0;
    while (true) {
      const std::size_t comma = left.find(',', begin);
      terms_.push_back(left.substr(begin, comma - begin));
      if (comma == std::string::npos) return;
      begin = comma + 1;
    }
  }

  /// Takes "..." out of the term; its place, or npos.
  std::size_t take_ellipsis(Labels& term) const {
    const std::size_t place = term.find(ellipsis);
    if (place != Labels::npos) term.erase(place, ellipsis.size());
    for (char c : term)
      if (!is_letter(c)) fail(std::string("holds '") + c + "'; letters, commas, one ... a term and one -> may stand");
    return place;
  }

  /// Writes labels for "..."; how many.
  int expand(Labels& term, std::size_t operand, const Shape& shape) const {
    const std::string written = term;
    const std::size_t place = take_ellipsis(term);
    const int unnamed = shape.rank() - static_cast<int>(term.size());
    if (unnamed < 0 || (unnamed > 0 && place == Labels::npos))
      fail("names " + std::to_string(term.size()) + " axes in \"" + written + "\", but operand " +
           std::to_string(operand) + " has shape " + to_string(shape));
    if (place != Labels::npos) term.insert(place, ellipsis_labels(unnamed));
    return unnamed;
  }

  Labels letters_that_stand_once() const {
    std::array<int, 128> counts{};
    for (const Labels& term : terms_)
      for (char label : term) ++counts[static_cast<std::size_t>(label)];
    Labels once;
    for (char label = 'A'; label <= 'z'; ++label)
      if (is_letter(label) && counts[static_cast<std::size_t>(label)] == 1) once += label;
    return once;
  }

  void read_output(Labels output, int ellipsis_rank) {
    const std::size_t place = take_ellipsis(output);
    for (char label : output) {
      if (std::count(output.begin(), output.end(), label) > 1)
        fail(std::string("has '") + label + "' twice in its result");
      if (std::none_of(terms_.begin(), terms_.end(), [&](const Labels& term) { return has(term, label); }))
        fail(std::string("has '") + label + "' in its result, but in no operand");
    }
    if (place != Labels::npos) output.insert(place, ellipsis_labels(ellipsis_rank));
    output_ = output;
  }

  void note_lengths(std::size_t operand, const Shape& shape) {
    for (int axis = 0; axis < shape.rank(); ++axis) {
      const char label = terms_[operand][static_cast<std::size_t>(axis)];
      std::int64_t& known = lengths_[static_cast<std::size_t>(label)];
      std::size_t& first = first_operand_[static_cast<std::size_t>(label)];
      const bool broadcasts = !is_letter(label);
      if (known < 0 || (broadcasts && known == 1)) {
        known = shape[axis];
        first = operand;
      } else if (known != shape[axis] && !(broadcasts && shape[axis] == 1)) {
        const std::string who = broadcasts ? "has lengths of \"...\" that do not broadcast: "
                                           : std::string("gives '") + label + "' different lengths: ";
        fail(who + std::to_string(known) + " in operand " + std::to_string(first) + ", " +
             std::to_string(shape[axis]) + " in operand " + std::to_string(operand));
      }
    }
  }

  std::string_view text_;
  std::vector<Labels> terms_;
  Labels output_;
  std::array<std::int64_t, 128> lengths_ = [] {
    std::array<std::int64_t, 128> none;
    none.fill(-1);
    return none;
  }();
  std::array<std::size_t, 128> first_operand_{};
};

/// Without the axes of length 1 that "..." broadcasts.
Labelled without_broadcast_axes(Labelled x, const Equation& equation, Where where) {
  Axes ones = Axes::none();
  Labels rest;
  for (int axis = 0; axis < x.tensor.rank(); ++axis) {
    const char label = x.labels[static_cast<std::size_t>(axis)];
    if (!is_letter(label) && x.tensor.shape()[axis] != equation.length(label))
      ones.push_back(axis);
    else
      rest += label;
  }
  if (ones.count() == 0) return x;
  return {squeeze(x.tensor, ones, where), rest};
}

/// Each label once.
Labelled on_diagonal(Labelled x) {
  Labels unique;
  Axes places = Axes::none();
  for (char label : x.labels) {
    if (!has(unique, label)) unique += label;
    places.push_back(static_cast<int>(unique.find(label)));
  }
  if (unique.size() == x.labels.size()) return x;
  return {generalized_diagonal(x.tensor, places), unique};
}

/// Summed over the labels that are not kept.
Labelled summed(Labelled x, const Labels& kept, Where where) {
  Axes axes = Axes::none();
  Labels rest;
  for (std::size_t axis = 0; axis < x.labels.size(); ++axis) {
    if (has(kept, x.labels[axis]))
      rest += x.labels[axis];
    else
      axes.push_back(static_cast<int>(axis));
  }
  if (axes.count() == 0) return x;
  return {reduce_sum(x.tensor, axes, {}, where), rest};
}

/// The labels that stand in the output or in another operand.
Labels needed_besides(const std::vector<Labelled>& operands, std::size_t a, std::size_t b, const Labels& output) {
  Labels needed = output;
  for (std::size_t i = 0; i < operands.size(); ++i)
    if (i != a && i != b) needed += operands[i].labels;
  return needed;
}

/// How much memory more the product of two operands needs than they do.
double growth(const Labelled& a, const Labelled& b, const Labels& needed, const Equation& equation) {
  double size = 1;
  Labels labels = a.labels;
  for (char label : b.labels)
    if (!has(labels, label)) labels += label;
  for (char label : labels)
    if (has(needed, label)) size *= static_cast<double>(equation.length(label));
  return size - static_cast<double>(a.tensor.num_elements()) - static_cast<double>(b.tensor.num_elements());
}

Tensor contracted(std::vector<Labelled> operands, const Equation& equation, Where where) {
  const Labels& output = equation.output();
  while (operands.size() > 1) {
    std::size_t a = 0, b = 1;
    if (operands.size() > 2) {
      double least = 0;
      for (std::size_t i = 0; i < operands.size(); ++i)
        for (std::size_t j = i + 1; j < operands.size(); ++j) {
          const double more = growth(operands[i], operands[j], needed_besides(operands, i, j, output), equation);
          if ((i == 0 && j == 1) || more < least) {
            least = more;
            a = i;
            b = j;
          }
        }
    }
    // The operand whose own axes come first in the result goes first: that saves rearranging it.
    const auto own_place = [&](const Labelled& x, const Labelled& other) {
      for (std::size_t i = 0; i < output.size(); ++i)
        if (has(x.labels, output[i]) && !has(other.labels, output[i])) return i;
      return output.size();
    };
    const Labels needed = needed_besides(operands, a, b, output);
    const bool swap = own_place(operands[b], operands[a]) < own_place(operands[a], operands[b]);
    Labelled result = contract(operands[swap ? b : a], operands[swap ? a : b], needed, where);
    operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(b));
    operands.erase(operands.begin() + static_cast<std::ptrdiff_t>(a));
    operands.push_back(std::move(result));
  }
  return arranged(operands[0], output, where);
}

Tensor evaluate(std::string_view text, const Tensors& inputs, Where where) {
  for (const Tensor& input : inputs) {
    described(input);
    check_number(input.dtype());
    if (input.dtype() != inputs[0].dtype()) throw_different_dtypes(inputs[0].dtype(), input.dtype());
  }
  const Equation equation(text, inputs);
  std::vector<Labelled> operands;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const Labelled each = without_broadcast_axes({inputs[i], equation.terms()[i]}, equation, where);
    operands.push_back(on_diagonal(each));
  }
  for (std::size_t i = 0; i < operands.size(); ++i)
    operands[i] = summed(operands[i], needed_besides(operands, i, i, equation.output()), where);
  return contracted(std::move(operands), equation, where);
}

std::vector<Sample> einsum_samples() {
  std::vector<Sample> samples;
  const auto add = [&](std::string equation, std::initializer_list<Shape> shapes) {
    std::vector<Tensor> inputs;
    for (const Shape& shape : shapes)
      inputs.push_back(sample_values(shape, -2, 2 + static_cast<double>(inputs.size())));
    samples.push_back({[equation](const std::vector<Tensor>& x) { return einsum(equation, Tensors(x)); }, inputs});
  };
  add("ij,jk->ik", {{2, 3}, {3, 4}});
  add("ij,kj", {{2, 3}, {4, 3}});
  add("bij,bjk->bik", {{2, 2, 3}, {2, 3, 2}});
  add("bqhd,bkhd->bhqk", {{2, 2, 1, 3}, {2, 3, 1, 3}});
  add("...ij,...jk->...ik", {{3, 1, 2, 2}, {2, 2, 3}});
  add("ii->i", {{3, 3}});
  add("ii", {{3, 3}});
  add("iji,kj->ki", {{2, 3, 2}, {2, 3}});
  add("i,j->ij", {{2}, {3}});
  add("i,i->", {{3}, {3}});
  add("bi,bi->b", {{2, 3}, {2, 3}});
  add("bi,b->ib", {{2, 3}, {2}});
  add("ijk->kj", {{2, 3, 2}});
  add("...->", {{2, 3}});
  add(",i->i", {{}, {3}});
  add("ij,jk,kl,l->i", {{2, 3}, {3, 2}, {2, 4}, {4}});
  add("ij,ik,jk->", {{2, 3}, {2, 2}, {3, 2}});
  add("ij,jk->ki", {{2, 0}, {0, 3}});
  return samples;
}

}  // namespace

std::vector<OpRow> einsum_ops() { return {composite("einsum", "linear algebra", einsum_samples)}; }

}  // namespace detail

using namespace detail;

Tensor einsum(const EinsumEquation& equation, const Tensors& inputs) {
  return in_function("einsum", equation.where, [&] { return evaluate(equation.text, inputs, equation.where); });
}

}  // namespace gradtape
