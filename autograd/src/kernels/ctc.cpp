#include "ctc.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "dispatch.h"
#include "elementwise.h"
#include "parallel.h"

namespace gradtape::kernels {
namespace {

using std::int64_t;
using std::size_t;

constexpr double never = -std::numeric_limits<double>::infinity();

double log_sum(double a, double b, double c) {
  const double most = std::max(a, std::max(b, c));
  if (most == never) return never;
  // One of the three is 1.
  return most + std::log(std::exp(a - most) + std::exp(b - most) + std::exp(c - most));
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

  /// The log probability of the labels.
  double forward() {
    alpha_.assign(static_cast<size_t>(std::max<int64_t>(1, frames_) * states_), never);
    if (frames_ == 0) return states_ == 1 ? 0 : never;
    alpha_[0] = at(0, 0);
    if (states_ > 1) alpha_[1] = at(0, 1);
    for (int64_t t = 1; t < frames_; ++t) {
      const double* before = alpha(t - 1);
      double* now = alpha(t);
      for (int64_t s = first_state(t); s < last_state(t); ++s) {
        const double sum = log_sum(before[s], s > 0 ? before[s - 1] : never, may_skip(s) ? before[s - 2] : never);
        now[s] = sum + at(t, s);
      }
    }
    const double* end = alpha(frames_ - 1);
    return log_sum(end[states_ - 1], states_ > 1 ? end[states_ - 2] : never, never);
  }

  /// Subtracts scale * the part of the alignments that are in each class from gradient, in every frame.
  void subtract_alignments(double log_probability, double scale, T* gradient) {
    if (log_probability == never || frames_ == 0) return;
    const auto count = static_cast<size_t>(states_);
    std::vector<double> beta(count, never), next(count), share(count);
    beta[count - 1] = 0;
    if (count > 1) beta[count - 2] = 0;
    for (int64_t t = frames_ - 1; t >= 0; --t) {
      const double* now = alpha(t);
      // beta: of the frames behind t.
      for (size_t s = 0; s < count; ++s) share[s] = std::exp(now[s] + beta[s] - log_probability);
      if (t > 0) {
        for (size_t s = 0; s < count; ++s) next[s] = beta[s] + at(t, static_cast<int64_t>(s));
        for (size_t s = 0; s < count; ++s) {
          const bool skips = s + 2 < count && may_skip(static_cast<int64_t>(s) + 2);
          beta[s] = log_sum(next[s], s + 1 < count ? next[s + 1] : never, skips ? next[s + 2] : never);
        }
      }
      T* out = gradient + t * stride_;
      for (size_t s = 0; s < count; ++s) out[classes_[s]] -= static_cast<T>(scale * share[s]);
    }
  }

 private:
  double at(int64_t t, int64_t s) const {
    return static_cast<double>(values_[t * stride_ + classes_[static_cast<size_t>(s)]]);
  }
  double* alpha(int64_t t) { return alpha_.data() + t * states_; }
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
  std::vector<double> alpha_;
};

}  // namespace

void ctc_loss(DType dtype, const CtcExamples& examples, const void* log_probabilities, void* loss) {
  with_floating_type(dtype, [&](auto zero) {
    using T = decltype(zero);
    parallel_for(examples.batch, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        Lattice<T> lattice(examples, i, static_cast<const T*>(log_probabilities));
        static_cast<T*>(loss)[i] = static_cast<T>(0 - lattice.forward());
      }
    });
  });
}

void ctc_gradient(DType dtype, const CtcExamples& examples, const void* dloss, const void* log_probabilities,
                  void* gradient) {
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
        Lattice<T> lattice(examples, i, static_cast<const T*>(log_probabilities));
        const double log_probability = lattice.forward();
        lattice.subtract_alignments(log_probability, static_cast<double>(dy), out + i * classes);
      }
    });
  });
}

}  // namespace gradtape::kernels
