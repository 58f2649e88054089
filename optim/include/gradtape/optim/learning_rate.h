#pragma once
// LearningRateSchedule and LearningRate: what an optimizer takes for its learning rate.

#include <concepts>
#include <cstdint>
#include <functional>
#include <string>
#include <type_traits>

namespace gradtape::optim {

template <class F>
concept StepFunction = std::is_invocable_r_v<double, const F&, std::int64_t> && !std::is_arithmetic_v<F>;

/// tf.keras.optimizers.schedules.LearningRateSchedule: the learning rate as a function of the number of updates made
/// so far. Any callable that takes a std::int64_t and returns a number is one.
class LearningRateSchedule {
 public:
  /// No schedule.
  LearningRateSchedule() = default;
  template <class F>
  requires(StepFunction<F> && !std::derived_from<F, LearningRateSchedule>)
      LearningRateSchedule(F function, std::string name = "LearningRateSchedule")
      : function_(std::move(function)), name_(std::move(name)) {}

  double operator()(std::int64_t step) const { return function_(step); }
  const std::string& name() const { return name_; }
  explicit operator bool() const { return static_cast<bool>(function_); }

 private:
  std::function<double(std::int64_t)> function_;
  std::string name_;
};

/// A number, or a schedule.
class LearningRate {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> LearningRate(T value) : value_(static_cast<double>(value)) {}
  LearningRate(LearningRateSchedule schedule) : schedule_(std::move(schedule)) {}
  template <class F>
  requires(StepFunction<F> && !std::derived_from<F, LearningRateSchedule> && !std::same_as<F, LearningRate>)
      LearningRate(F schedule)
      : schedule_(std::move(schedule)) {}

  /// The rate for the update that follows `step` updates.
  double at(std::int64_t step) const { return schedule_ ? schedule_(step) : value_; }
  bool is_constant() const { return !schedule_; }
  const LearningRateSchedule& schedule() const { return schedule_; }

 private:
  double value_ = 0;
  LearningRateSchedule schedule_;
};

}  // namespace gradtape::optim
