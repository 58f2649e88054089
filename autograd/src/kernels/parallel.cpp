#include "parallel.h"

#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/task_arena.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

// How a loop is shared. The calling thread puts its job where its team sees it and works on it. The team's helpers
// are TBB tasks that wait for jobs: a helper that has found none for a while ends, and its worker goes back to TBB. A
// training step has a parallel loop every few microseconds, and waking a sleeping worker for each takes longer than
// many of the loops do; a waiting helper starts within a microsecond.

namespace gradtape::kernels {

namespace {

constexpr int most_threads = 1024;
constexpr int most_hooks = 8;

int initial_threads() {
  if (const char* text = std::getenv("GRADTAPE_NUM_THREADS")) {
    char* end = nullptr;
    const long count = std::strtol(text, &end, 10);
    if (end != text && *end == '\0' && count >= 1 && count <= most_threads) return static_cast<int>(count);
  }
  return std::max(1, tbb::info::default_concurrency());
}

class ThreadCount {
 public:
  ThreadCount() { set(initial_threads()); }

  int get() const { return count_.load(std::memory_order_relaxed); }

  void set(int count) {
    const std::lock_guard lock(mutex_);
    // TBB obeys the lowest limit alive, so the old one goes first.
    limit_.reset();
    limit_.emplace(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(count));
    count_.store(count, std::memory_order_relaxed);
  }

 private:
  std::atomic<int> count_{1};
  std::mutex mutex_;
  std::optional<tbb::global_control> limit_;
};

ThreadCount& thread_count() {
  // Never destroyed: threads may still compute while the program exits.
  static ThreadCount& count = *new ThreadCount;
  return count;
}

std::mutex hooks_mutex;
std::atomic<void (*)()> hooks[most_hooks];
std::atomic<int> hook_count{0};

thread_local int hooks_run = 0;
thread_local int depth = 0;

void run_hooks() {
  while (hooks_run < hook_count.load(std::memory_order_acquire)) hooks[hooks_run++].load()();
}

using Body = FunctionRef<void(std::int64_t, std::int64_t)>;

// One loop; it lies on the caller's stack.
struct Job {
  Job(const Body& b, std::int64_t elements, std::int64_t chunk, std::int64_t chunk_count, int helpers_wanted)
      : body(b), n(elements), grain(chunk), chunks(chunk_count), most_helpers(helpers_wanted) {}

  const Body& body;
  const std::int64_t n, grain, chunks;
  const int most_helpers;
  std::atomic<std::int64_t> next{0};
  std::atomic<int> helpers{0};
  std::atomic<bool> failed{false};
  std::exception_ptr error;  // of the first body that threw, written by who set `failed`

  void run() {
    run_hooks();
    ++depth;
    try {
      for (std::int64_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < chunks;)
        body(i * grain, std::min(n, (i + 1) * grain));
    } catch (...) {
      if (!failed.exchange(true)) error = std::current_exception();
      next.store(chunks);  // nobody begins another chunk
    }
    --depth;
  }
};

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// A calling thread and its helpers.
class Team {
 public:
  void run(Job& job) {
    job_.store(&job);
    number_.fetch_add(1);
    call_helpers(job.most_helpers);
    job.run();
    // A helper says that it is inside before it looks for the job: once nobody is, nobody has it any more.
    job_.store(nullptr);
    for (int spins = 0; inside_.load() != 0; ++spins) {
      pause();
      if (spins > 1000) sched_yield();
    }
  }

 private:
  void call_helpers(int wanted) {
    const std::int64_t missing = wanted - helpers_.load(std::memory_order_relaxed);
    if (missing <= 0) return;
    if (arena_ == nullptr || size_ < wanted + 1) {
      size_ = wanted + 1;
      arena_ = std::make_unique<tbb::task_arena>(size_);
    }
    for (std::int64_t i = 0; i < missing; ++i) {
      helpers_.fetch_add(1, std::memory_order_relaxed);
      arena_->enqueue([this] { help(); });
    }
  }

  void help() {
    std::uint64_t last = 0;
    auto waiting_since = std::chrono::steady_clock::now();
    for (int spins = 0;; ++spins) {
      const std::uint64_t number = number_.load();
      if (number != last) {
        last = number;
        inside_.fetch_add(1);
        Job* job = job_.load();
        if (job != nullptr && job->helpers.fetch_add(1) < job->most_helpers) job->run();
        inside_.fetch_sub(1);
        waiting_since = std::chrono::steady_clock::now();
        spins = 0;
      }
      pause();
      if (spins % 64 != 63) continue;
      if (std::chrono::steady_clock::now() - waiting_since > patience) break;
      if (spins > 1000) sched_yield();
    }
    helpers_.fetch_sub(1, std::memory_order_relaxed);
  }

  static constexpr auto patience = std::chrono::microseconds(200);

  std::atomic<Job*> job_{nullptr};
  std::atomic<std::uint64_t> number_{0};  // of the latest job
  std::atomic<int> inside_{0};            // helpers that may have the job
  std::atomic<int> helpers_{0};           // that run or have been called
  std::unique_ptr<tbb::task_arena> arena_;
  int size_ = 0;
};

// Teams are never destroyed, since a helper may be about to begin; a thread that ends leaves its team to the next
// one.
class Teams {
 public:
  Team* borrow() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      all_.push_back(std::make_unique<Team>());
      return all_.back().get();
    }
    Team* team = idle_.back();
    idle_.pop_back();
    return team;
  }
  void give_back(Team* team) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(team);
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Team>> all_;
  std::vector<Team*> idle_;
};

Teams& teams() {
  static Teams& all = *new Teams;
  return all;
}

Team& own_team() {
  struct Loan {
    Team* team = teams().borrow();
    ~Loan() { teams().give_back(team); }
  };
  thread_local Loan loan;
  return *loan.team;
}

}  // namespace

int num_threads() { return thread_count().get(); }

void set_num_threads(int count) { thread_count().set(std::clamp(count, 1, most_threads)); }

void on_worker_start(void (*hook)()) {
  const std::lock_guard lock(hooks_mutex);
  const int count = hook_count.load(std::memory_order_relaxed);
  if (count == most_hooks) std::abort();
  hooks[count].store(hook);
  hook_count.store(count + 1, std::memory_order_release);
}

void parallel_chunks(std::int64_t n, std::int64_t grain, Body body) {
  if (n <= 0) return;
  grain = std::max<std::int64_t>(1, grain);
  const std::int64_t chunks = (n - 1) / grain + 1;
  const auto threads = std::min<std::int64_t>(chunks, num_threads());
  Job job(body, n, grain, chunks, static_cast<int>(threads) - 1);
  // Inside a body the other threads are busy with its siblings.
  if (threads == 1 || depth > 0)
    job.run();
  else
    own_team().run(job);
  if (job.error) std::rethrow_exception(job.error);
}

}  // namespace gradtape::kernels
