#include "training/progress_bar.h"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <iostream>

#include "gradtape/nn/progress.h"

namespace gradtape::nn {
namespace {

constexpr int bar_width = 30;
constexpr double redraw_interval = 0.05;

ProgressOutput chosen{nullptr, false};

// " 12ms/step"
std::string per_step(double seconds) {
  if (seconds >= 1 || seconds == 0) return fmt::format(" {:.0f}s/step", seconds);
  if (seconds >= 1e-3) return fmt::format(" {:.0f}ms/step", seconds * 1e3);
  return fmt::format(" {:.0f}us/step", seconds * 1e6);
}

std::string eta(double seconds) {
  const auto whole = static_cast<std::int64_t>(seconds);
  if (seconds > 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole % 3600 / 60, whole % 60);
  if (seconds > 60) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}s", whole);
}

// " 123/1719 [=>............................]"
std::string bar(std::int64_t step, std::int64_t steps) {
  if (steps < 0) return fmt::format("{:>7}/Unknown", step);
  const std::string target = std::to_string(steps);
  const int filled =
      steps > 0 ? static_cast<int>(bar_width * static_cast<double>(step) / static_cast<double>(steps)) : 0;
  std::string text = fmt::format("{:>{}}/{} [", step, target.size(), target);
  if (filled > 0) {
    text.append(static_cast<std::size_t>(filled - 1), '=');
    text += step < steps ? '>' : '=';
  }
  text.append(static_cast<std::size_t>(bar_width - filled), '.');
  return text + "]";
}

}  // namespace

void set_progress_output(std::ostream* output, bool is_terminal) { chosen = {output, is_terminal}; }

ProgressOutput progress_output() {
  if (chosen.stream != nullptr) return chosen;
  static const bool is_terminal = isatty(STDOUT_FILENO) != 0;
  return {&std::cout, is_terminal};
}

void print_line(const std::string& text) { *progress_output().stream << text << std::endl; }

std::string format_value(double value) {
  if (std::isnan(value)) return "nan";
  return std::abs(value) > 1e-3 ? fmt::format("{:.4f}", value) : fmt::format("{:.4e}", value);
}

double ProgressBar::steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

ProgressBar::ProgressBar(int verbose, ProgressOutput output, Clock clock)
    : verbose_(verbose), output_(output), clock_(clock) {}

void ProgressBar::print_epoch(int epoch, int epochs) {
  if (verbose_ != 0 && epochs > 1) *output_.stream << fmt::format("Epoch {}/{}\n", epoch + 1, epochs) << std::flush;
}

void ProgressBar::begin(std::int64_t steps) {
  steps_ = steps;
  step_ = 0;
  width_ = 0;
  drawn_ = false;
  if (verbose_ != 0) start_ = after_first_ = after_last_ = clock_();
}

void ProgressBar::advance(std::int64_t step, const Logs& logs) {
  step_ = step;
  const bool draws = verbose_ == 1 && output_.is_terminal;
  // Otherwise only the first and the last step's times matter.
  if (!draws && step != 1 && steps_ >= 0 && step != steps_) return;
  const double now = clock_();
  if (step == 1) after_first_ = now;
  after_last_ = now;
  if (draws && (!drawn_ || now - last_drawn_ >= redraw_interval)) draw(logs, false, now);
}

double ProgressBar::seconds_per_step(double now) const {
  if (step_ > 1) return (now - after_first_) / static_cast<double>(step_ - 1);
  return step_ == 1 ? now - start_ : 0;
}

void ProgressBar::draw(const Logs& logs, bool is_last, double now) {
  std::string line = bar(step_, steps_);
  const double unit = seconds_per_step(is_last && step_ == steps_ ? after_last_ : now);  // without the validation
  if (is_last || steps_ < 0)
    line += fmt::format(" - {:.0f}s", now - start_) + per_step(unit);
  else
    line += " - ETA: " + eta(unit * static_cast<double>(steps_ - step_));
  for (const auto& [name, value] : logs) line += " - " + name + ": " + format_value(value);

  std::string text;
  if (output_.is_terminal) text = std::string(width_, '\b') + '\r';
  text += line;
  if (width_ > line.size()) text.append(width_ - line.size(), ' ');
  if (is_last) text += '\n';
  width_ = line.size();
  drawn_ = true;
  last_drawn_ = now;
  *output_.stream << text << std::flush;
}

void ProgressBar::finish(const Logs& logs) {
  if (verbose_ == 0) return;
  if (steps_ < 0) steps_ = step_;
  if (verbose_ == 1) return draw(logs, true, clock_());
  std::string line = fmt::format("{}/{} - {:.0f}s", step_, steps_, clock_() - start_);
  for (const auto& [name, value] : logs) line += " - " + name + ": " + format_value(value);
  *output_.stream << line << std::endl;
}

}  // namespace gradtape::nn
