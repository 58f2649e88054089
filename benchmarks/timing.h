#pragma once
// How every benchmark measures and prints: the same for both libraries, and free of both. C++17.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace timing {

/// Seconds per round.
struct Timing {
  double median;
  double minimum;
};

inline double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline Timing summary(std::vector<double> seconds) {
  std::sort(seconds.begin(), seconds.end());
  const std::size_t middle = seconds.size() / 2;
  const double median = seconds.size() % 2 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2;
  return {median, seconds.front()};
}

/// Runs `work` for at least `rounds` rounds and `seconds` seconds, after a warm-up of at least one round and a fifth
/// of that time.
template <class Work>
Timing measure(int rounds, double seconds, Work&& work) {
  const double warm_up_start = now();
  do work();
  while (now() - warm_up_start < seconds / 5);

  std::vector<double> durations;
  const double start = now();
  while (static_cast<int>(durations.size()) < rounds || now() - start < seconds) {
    const double round_start = now();
    work();
    durations.push_back(now() - round_start);
  }
  return summary(std::move(durations));
}

/// One round, for work as long as an epoch: the repetitions are those of the processes that run.sh starts.
template <class Work>
Timing measure_once(Work&& work) {
  const double start = now();
  work();
  const double duration = now() - start;
  return {duration, duration};
}

/// The number of threads, the program's only argument; 1 without one.
inline int thread_argument(int count, char** arguments) {
  const int threads = count > 1 ? std::atoi(arguments[1]) : 1;
  if (threads < 1) {
    std::fprintf(stderr, "usage: %s [threads]\n", arguments[0]);
    std::exit(2);
  }
  return threads;
}

/// Prints one line, tab separated: case, threads, unit, median, minimum, check. `units_per_second` is how many units
/// one second per round stands for: 1e3 for ms, 1e9 / n for ns per op where a round has n ops. `check` is a result of
/// the work, so that run.sh can tell whether both libraries did the same.
inline void report(const std::string& name, int threads, const char* unit, double units_per_second, Timing timing,
                   double check) {
  std::printf("%s\t%d\t%s\t%.6g\t%.6g\t%.6g\n", name.c_str(), threads, unit, timing.median * units_per_second,
              timing.minimum * units_per_second, check);
  std::fflush(stdout);
}

}  // namespace timing
