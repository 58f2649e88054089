#include "ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "dispatch.h"
#include "elementwise.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;
using std::size_t;

constexpr double never = -std::numeric_limits<double>::infinity();

double log_sum(double a, double b) {
  if (b > a) std::swap(a, b);
  return a == never ? never : a + std::log1p(std::exp(b - a));
}

double log_sum(double a, double b, double c) {
  if (b > a) std::swap(a, b);
  if (c > a) std::swap(c, a);
  return a == never ? never : a + std::log1p(std::exp(b - a) + std::exp(c - a));
}

/// One example: its states are blank, label, blank, label, ..., blank.
template <class T>
class Lattice {
 public:
  Lattice(const CtcExamples& all, int64_t example, const T* log_probabilities)
      : frames_(all.logit_length[example]),
        states_(2 * all.label_length[example] + 1),
        stride_(all.batch * all.classes),
        values_(log_probabilities + example * all.classes),
        classes_(static_cast<size_t>(states_), all.blank) {
    for (int64_t i = 0; i < all.label_length[example]; ++i)
      classes_[static_cast<size_t>(2 * i + 1)] = all.labels[example * all.longest + i];
  }

  /// Fills alpha, the log probability of each state by each frame; that of the labels.
  double forward(double* alpha) const {
    for (int64_t t = 0; t < frames_; ++t) {
      const double* before = alpha + (t - 1) * states_;
      double* now = alpha + t * states_;
      const int64_t first = first_state(t), last = last_state(t);
      std::fill_n(now, first, never);
      for (int64_t s = first; s < last; ++s) {
        if (t == 0)
          now[s] = at(t, s);
        else if (s == 0)
          now[s] = before[s] + at(t, s);
        else
          now[s] = at(t, s) + (may_skip(s) ? log_sum(before[s], before[s - 1], before[s - 2])
                                           : log_sum(before[s], before[s - 1]));
      }
      std::fill(now + std::max(first, last), now + states_, never);
    }
    return log_probability(alpha);
  }

  double log_probability(const double* alpha) const {
    if (frames_ == 0) return states_ == 1 ? 0 : never;
    const double* end = alpha + (frames_ - 1) * states_;
    return states_ > 1 ? log_sum(end[states_ - 1], end[states_ - 2]) : end[0];
  }

  /// Subtracts scale * the part of the alignments that are in each class from gradient, in every frame.
  void subtract_alignments(const double* alpha, double scale, T* gradient) const {
    const double total = log_probability(alpha);
    if (total == never || frames_ == 0) return;
    const auto count = static_cast<size_t>(states_);
    // beta: of the frames behind t.
    std::vector<double> beta(count, never), next(count);
    beta[count - 1] = 0;
    if (count > 1) beta[count - 2] = 0;
    for (int64_t t = frames_ - 1; t >= 0; --t) {
      const double* now = alpha + t * states_;
      T* out = gradient + t * stride_;
      for (size_t s = 0; s < count; ++s) {
        const double log_share = now[s] + beta[s] - total;
        if (log_share != never) out[classes_[s]] -= static_cast<T>(scale * std::exp(log_share));
      }
      if (t == 0) break;
      for (size_t s = 0; s < count; ++s) next[s] = beta[s] + at(t, static_cast<int64_t>(s));
      for (size_t s = 0; s + 1 < count; ++s)
        beta[s] = s + 2 < count && may_skip(static_cast<int64_t>(s) + 2) ? log_sum(next[s], next[s + 1], next[s + 2])
                                                                         : log_sum(next[s], next[s + 1]);
      beta[count - 1] = next[count - 1];
    }
  }

 private:
  double at(int64_t t, int64_t s) const {
    return static_cast<double>(values_[t * stride_ + classes_[static_cast<size_t>(s)]]);
  }
  /// Over the blank between two labels, unless they are equal.
  bool may_skip(int64_t s) const {
    return s >= 3 && s % 2 == 1 && classes_[static_cast<size_t>(s)] != classes_[static_cast<size_t>(s - 2)];
  }
  // The states that can be reached by frame t, and from which the end can be.
  int64_t first_state(int64_t t) const { return std::max<int64_t>(0, states_ - 2 * (frames_ - t)); }
  int64_t last_state(int64_t t) const { return std::min(states_, 2 * (t + 1)); }

  int64_t frames_, states_, stride_;
  const T* values_;
  std::vector<int64_t> classes_;
};

/// The example's part of alpha.
template <class Number>
Number* alpha_of(const CtcExamples& examples, Number* alpha, int64_t example) {
  return alpha + example * examples.frames * (2 * examples.longest + 1);
}

}  // namespace

void ctc_loss(DType dtype, const CtcExamples& examples, const void* log_probabilities, double* alpha, void* loss) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(examples.batch, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const Lattice<T> lattice(examples, i, static_cast<const T*>(log_probabilities));
        static_cast<T*>(loss)[i] = static_cast<T>(0 - lattice.forward(alpha_of(examples, alpha, i)));
      }
    });
  });
}

void ctc_gradient(DType dtype, const CtcExamples& examples, const void* dloss, const void* log_probabilities,
                  const double* alpha, void* gradient) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    const int64_t classes = examples.classes, row = examples.batch * classes;
    auto* out = static_cast<T*>(gradient);
    unary(Unary::exp, dtype, log_probabilities, gradient, examples.frames * row);
    parallel_for(examples.batch, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const T dy = static_cast<const T*>(dloss)[i];
        for (int64_t t = 0; t < examples.frames; ++t) {
          T* frame = out + t * row + i * classes;
          const bool counts = t < examples.logit_length[i];
          for (int64_t c = 0; c < classes; ++c) frame[c] = counts ? frame[c] * dy : T(0);
        }
        const Lattice<T> lattice(examples, i, static_cast<const T*>(log_probabilities));
        lattice.subtract_alignments(alpha_of(examples, alpha, i), static_cast<double>(dy), out + i * classes);
      }
    });
  });
}

}  // namespace gradtape::kernels
