#include "tensor/pool.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>

#include "gradtape/autograd/error.h"
#include "gradtape/autograd/memory.h"

// Under AddressSanitizer every block goes to the system at once, so that a use after release is seen.
#if defined(__SANITIZE_ADDRESS__)
#define GRADTAPE_POOLING 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define GRADTAPE_POOLING 0
#endif
#endif
#ifndef GRADTAPE_POOLING
#define GRADTAPE_POOLING 1
#endif

namespace gradtape::detail {
namespace {

// Four classes for each power of two from 256 bytes on: at most a fifth of a block is unused.
constexpr std::size_t smallest = 256;
constexpr int class_count = 4 * 47;
constexpr std::size_t largest_thread_block = 64 * 1024;
constexpr std::size_t thread_bound_per_class = 256 * 1024;

constexpr std::size_t class_bytes(int size_class) {
  const int octave = size_class / 4, quarter = size_class % 4;
  return (smallest << octave) / 4 * (4 + quarter);
}

int class_for(std::size_t bytes) {
  if (bytes <= smallest) return 0;
  const int octave = std::bit_width((bytes - 1) / smallest) - 1;
  const std::size_t step = (smallest << octave) / 4;
  return 4 * octave + static_cast<int>((bytes - 1 - (smallest << octave)) / step) + 1;
}

constexpr int thread_class_count = [] {
  int count = 0;
  while (class_bytes(count) <= largest_thread_block) ++count;
  return count;
}();

struct FreeBlock {
  FreeBlock* next;
};

std::atomic<std::uint64_t> system_allocations{0};

std::size_t shared_bound() {
  static const std::size_t bound = [] {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGE_SIZE);
    const std::size_t physical = pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * page : std::size_t{4} << 30;
    return std::max(physical / 4, std::size_t{256} << 20);
  }();
  return bound;
}

void* system_allocate(int size_class) {
  system_allocations.fetch_add(1, std::memory_order_relaxed);
  return ::operator new(class_bytes(size_class), std::align_val_t{block_alignment}, std::nothrow);
}
void system_free(void* memory) { ::operator delete(memory, std::align_val_t{block_alignment}); }

class SharedPool {
 public:
  void* take(int size_class) {
    std::lock_guard lock(mutex_);
    FreeBlock* block = lists_[size_class];
    if (block == nullptr) return nullptr;
    lists_[size_class] = block->next;
    bytes_ -= class_bytes(size_class);
    return block;
  }
  bool give(void* memory, int size_class) {
    std::lock_guard lock(mutex_);
    if (bytes_ + class_bytes(size_class) > shared_bound()) return false;
    lists_[size_class] = ::new (memory) FreeBlock{lists_[size_class]};
    bytes_ += class_bytes(size_class);
    return true;
  }
  void trim() {
    std::lock_guard lock(mutex_);
    for (FreeBlock*& list : lists_)
      while (list != nullptr) system_free(std::exchange(list, list->next));
    bytes_ = 0;
  }
  std::size_t bytes() {
    std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  std::mutex mutex_;
  std::array<FreeBlock*, class_count> lists_{};
  std::size_t bytes_ = 0;
};

// Never destroyed: tensors in static objects are released after main.
SharedPool& shared_pool() {
  static SharedPool* pool = new SharedPool;
  return *pool;
}

std::atomic<std::int64_t> bytes_in_use{0};
std::atomic<std::int64_t> peak_bytes{0};

void note_peak() {
  const std::int64_t now = bytes_in_use.load(std::memory_order_relaxed);
  std::int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

// Counting every small block with an atomic would cost as much as serving it, so a thread's counts go to the shared
// ones in steps of this size.
constexpr std::int64_t report_step = 64 * 1024;

struct ThreadPool {
  std::array<FreeBlock*, thread_class_count> lists{};
  std::array<std::uint32_t, thread_class_count> counts{};
  std::int64_t unreported = 0;

  void count(std::int64_t bytes) {
    unreported += bytes;
    if (unreported > report_step || unreported < -report_step) report();
  }
  void report() {
    bytes_in_use.fetch_add(unreported, std::memory_order_relaxed);
    unreported = 0;
    note_peak();
  }
  void give_back() {
    for (int i = 0; i < thread_class_count; ++i) {
      while (lists[i] != nullptr) {
        FreeBlock* block = std::exchange(lists[i], lists[i]->next);
        if (!shared_pool().give(block, i)) system_free(block);
      }
      counts[i] = 0;
    }
    report();
  }
};

// A plain pointer costs one load where an object with a destructor would cost a guard; the owner beside it returns the
// blocks when the thread ends. After that the pointer is null and blocks go to the shared part.
constinit thread_local ThreadPool* thread_pool = nullptr;
constinit thread_local bool thread_ended = false;

struct ThreadPoolOwner {
  ThreadPool pool;
  ~ThreadPoolOwner() {
    thread_pool = nullptr;
    thread_ended = true;
    pool.give_back();
  }
};

ThreadPool* start_thread_pool() {
  if (thread_ended) return nullptr;
  thread_local ThreadPoolOwner owner;
  thread_pool = &owner.pool;
  return thread_pool;
}

ThreadPool* this_thread_pool() { return thread_pool != nullptr ? thread_pool : start_thread_pool(); }

[[gnu::noinline]] void* allocate_slowly(int size_class, std::size_t bytes) {
  void* memory = GRADTAPE_POOLING ? shared_pool().take(size_class) : nullptr;
  if (memory == nullptr) memory = system_allocate(size_class);
  if (memory == nullptr) {  // what the pool keeps in other sizes may be enough
    shared_pool().trim();
    memory = system_allocate(size_class);
  }
  if (memory == nullptr)
    throw ResourceExhaustedError("no memory for a tensor of " + std::to_string(bytes) + " bytes");
  return memory;
}

}  // namespace

Block allocate_block(std::size_t bytes) {
  if (bytes > std::size_t{1} << 50)
    throw ResourceExhaustedError("no memory for a tensor of " + std::to_string(bytes) + " bytes");
  const int size_class = class_for(bytes);
  ThreadPool* pool = this_thread_pool();
  void* memory = nullptr;
  if (size_class < thread_class_count && pool != nullptr && pool->lists[size_class] != nullptr) {
    FreeBlock* block = pool->lists[size_class];
    pool->lists[size_class] = block->next;
    --pool->counts[size_class];
    memory = block;
  } else {
    memory = allocate_slowly(size_class, bytes);
  }
  if (pool != nullptr)
    pool->count(static_cast<std::int64_t>(class_bytes(size_class)));
  else
    bytes_in_use.fetch_add(static_cast<std::int64_t>(class_bytes(size_class)), std::memory_order_relaxed);
  return {memory, static_cast<std::uint8_t>(size_class)};
}

void free_block(void* memory, std::uint8_t size_class) {
  const std::size_t bytes = class_bytes(size_class);
  ThreadPool* pool = this_thread_pool();
  if (pool != nullptr)
    pool->count(-static_cast<std::int64_t>(bytes));
  else
    bytes_in_use.fetch_sub(static_cast<std::int64_t>(bytes), std::memory_order_relaxed);
  if constexpr (!GRADTAPE_POOLING) {
    system_free(memory);
    return;
  }
  if (pool != nullptr && size_class < thread_class_count && pool->counts[size_class] * bytes < thread_bound_per_class) {
    pool->lists[size_class] = ::new (memory) FreeBlock{pool->lists[size_class]};
    ++pool->counts[size_class];
    return;
  }
  if (!shared_pool().give(memory, size_class)) system_free(memory);
}

}  // namespace gradtape::detail

namespace gradtape {

MemoryStatistics memory_statistics() {
  using namespace detail;
  if (ThreadPool* pool = this_thread_pool()) pool->report();
  const std::int64_t in_use = std::max<std::int64_t>(bytes_in_use.load(), 0);
  std::uint64_t cached = shared_pool().bytes();
  if (thread_pool != nullptr)
    for (int i = 0; i < thread_class_count; ++i) cached += thread_pool->counts[i] * class_bytes(i);
  return {system_allocations.load(), static_cast<std::uint64_t>(in_use),
          static_cast<std::uint64_t>(std::max(peak_bytes.load(), in_use)), cached};
}

void reset_peak_memory() {
  if (detail::ThreadPool* pool = detail::this_thread_pool()) pool->report();
  detail::peak_bytes.store(detail::bytes_in_use.load());
}

void release_cached_memory() {
  if (detail::ThreadPool* pool = detail::this_thread_pool()) pool->give_back();
  detail::shared_pool().trim();
}

}  // namespace gradtape
