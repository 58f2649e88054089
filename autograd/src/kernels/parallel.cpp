#include "parallel.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/global_control.h>
#include <oneapi/tbb/info.h>
#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <optional>

// gcc defines __SANITIZE_THREAD__, clang answers __has_feature.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define GRADTAPE_THREAD_SANITIZER
#endif
#elif defined(__SANITIZE_THREAD__)
#define GRADTAPE_THREAD_SANITIZER
#endif
#ifdef GRADTAPE_THREAD_SANITIZER
#include <sanitizer/tsan_interface.h>
#endif

namespace gradtape::kernels {

namespace {

// The TBB library is not built with the thread sanitizer, which cannot see that the bodies run after the call
// begins and before it ends; these two tell it.
void publish([[maybe_unused]] const void* call) {
#ifdef GRADTAPE_THREAD_SANITIZER
  __tsan_release(const_cast<void*>(call));
#endif
}
void observe([[maybe_unused]] const void* call) {
#ifdef GRADTAPE_THREAD_SANITIZER
  __tsan_acquire(const_cast<void*>(call));
#endif
}

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

void run_chunks(std::int64_t first, std::int64_t last, std::int64_t n, std::int64_t grain,
                FunctionRef<void(std::int64_t, std::int64_t)> body) {
  while (hooks_run < hook_count.load(std::memory_order_acquire)) hooks[hooks_run++].load()();
  struct Depth {
    Depth() { ++depth; }
    ~Depth() { --depth; }
  } inside;
  for (std::int64_t i = first; i < last; ++i) body(i * grain, std::min(n, (i + 1) * grain));
}

// One arena for each thread that starts work, so that a thread never waits for another's. The workers are shared.
struct Arena {
  int size = 0;
  std::unique_ptr<tbb::task_arena> arena;

  tbb::task_arena& of_size(int wanted) {
    if (size != wanted) {
      arena = std::make_unique<tbb::task_arena>(wanted);
      size = wanted;
    }
    return *arena;
  }
};
thread_local Arena own_arena;

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

void parallel_chunks(std::int64_t n, std::int64_t grain, FunctionRef<void(std::int64_t, std::int64_t)> body) {
  if (n <= 0) return;
  const std::int64_t chunks = (n - 1) / grain + 1;
  const int threads = chunks == 1 ? 1 : num_threads();
  if (threads == 1) return run_chunks(0, chunks, n, grain, body);

  const auto run = [&] {
    tbb::parallel_for(tbb::blocked_range<std::int64_t>(0, chunks),
                      [&](const tbb::blocked_range<std::int64_t>& range) {
                        observe(&body);
                        run_chunks(range.begin(), range.end(), n, grain, body);
                        publish(&body);
                      });
  };
  publish(&body);
  if (depth > 0)
    // Inside a body: the arena that runs it serves the inner loop too. Isolated, so that no other body starts on this
    // thread in the middle of the present one.
    tbb::this_task_arena::isolate(run);
  else
    own_arena.of_size(threads).execute(run);
  observe(&body);
}

}  // namespace gradtape::kernels
