#pragma once
// Keras 2's progress bar, in its words.

#include <cstdint>
#include <iosfwd>
#include <string>

#include "gradtape/nn/logs.h"

namespace gradtape::nn {

/// Where the library prints, and whether that is a terminal.
struct ProgressOutput {
  std::ostream* stream;
  bool is_terminal;
};
ProgressOutput progress_output();
/// Prints a line there.
void print_line(const std::string& text);

class ProgressBar {
 public:
  /// Seconds from any fixed moment; a test brings its own.
  using Clock = double (*)();
  static double steady_seconds();

  ProgressBar(int verbose, ProgressOutput output, Clock clock = steady_seconds);

  /// "Epoch 1/30"
  void print_epoch(int epoch, int epochs);
  /// steps: -1 when they are not known.
  void begin(std::int64_t steps);
  /// After the step of this number, counted from 1. Redraws at most every 50 ms.
  void update(std::int64_t step, const Logs& logs) {
    if (verbose_ != 0) advance(step, logs);
  }
  void finish(const Logs& logs);

 private:
  void advance(std::int64_t step, const Logs& logs);
  void draw(const Logs& logs, bool is_last, double now);
  double seconds_per_step(double now) const;

  int verbose_;
  ProgressOutput output_;
  Clock clock_;
  std::int64_t steps_ = -1, step_ = 0;
  double start_ = 0, after_first_ = 0, after_last_ = 0, last_drawn_ = 0;
  bool drawn_ = false;
  std::size_t width_ = 0;  // of what stands on the line
};

/// As Keras prints a number: 4 decimals, in scientific notation up to 1e-3.
std::string format_value(double value);

}  // namespace gradtape::nn
