#include "tensor/pool.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
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

std::atomic<std::uint64_t> system_allocations{0};

std::size_t shared_bound() {
  static const std::size_t bound = [] {
    const long pages = sysconf(_SC_PHYS_PAGES), page = sysconf(_SC_PAGE_SIZE);
    const std::size_t physical =
        pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * page : std::size_t{4} << 30;
    return std::max(physical / 4, std::size_t{256} << 20);
  }();
  return bound;
}

// Blocks from this size on are asked for in huge pages, which spare most page faults and address translations.
constexpr std::size_t huge_page = std::size_t{2} << 20;
constexpr std::size_t huge_block = 2 * huge_page;

std::align_val_t alignment_of(int size_class) {
  return std::align_val_t{class_bytes(size_class) >= huge_block ? huge_page : block_alignment};
}

void* system_allocate(int size_class) {
  system_allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t bytes = class_bytes(size_class);
  void* memory = ::operator new(bytes, alignment_of(size_class), std::nothrow);
#if defined(MADV_HUGEPAGE)
  if (memory != nullptr && bytes >= huge_block)
    madvise(memory, bytes, MADV_HUGEPAGE);  // a wish: its failure is no harm
#endif
  return memory;
}
void system_free(void* memory, int size_class) { ::operator delete(memory, alignment_of(size_class)); }

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
    for (int i = 0; i < size_class_count; ++i)
      for (FreeBlock*& list = lists_[static_cast<std::size_t>(i)]; list != nullptr;)
        system_free(std::exchange(list, list->next), i);
    bytes_ = 0;
  }
  std::size_t bytes() {
    std::lock_guard lock(mutex_);
    return bytes_;
  }

 private:
  std::mutex mutex_;
  std::array<FreeBlock*, size_class_count> lists_{};
  std::size_t bytes_ = 0;
};

// Never destroyed: tensors in static objects are released after main.
SharedPool& shared_pool() {
  static SharedPool* pool = new SharedPool;
  return *pool;
}

// Blocks that are in use, and with them the small blocks that threads keep: those are subtracted where the count is
// asked for, since counting each of them would cost as much as serving it.
std::atomic<std::int64_t> bytes_taken{0};
std::atomic<std::int64_t> peak_bytes{0};

void note_taken(std::size_t bytes) {
  const std::int64_t now = bytes_taken.fetch_add(static_cast<std::int64_t>(bytes)) + static_cast<std::int64_t>(bytes);
  std::int64_t peak = peak_bytes.load(std::memory_order_relaxed);
  while (now > peak && !peak_bytes.compare_exchange_weak(peak, now, std::memory_order_relaxed)) {
  }
}

void give_to_shared(void* memory, int size_class) {
  bytes_taken.fetch_sub(static_cast<std::int64_t>(class_bytes(size_class)));
  if (!GRADTAPE_POOLING || !shared_pool().give(memory, size_class)) system_free(memory, size_class);
}

void give_back(ThreadPool& pool) {
  for (int i = 0; i < thread_class_count; ++i) {
    const auto place = static_cast<std::size_t>(i);
    while (pool.lists[place] != nullptr) {
      FreeBlock* block = std::exchange(pool.lists[place], pool.lists[place]->next);
      give_to_shared(block, i);
    }
    pool.counts[place] = 0;
  }
}

std::size_t kept_by_this_thread() {
  std::size_t bytes = 0;
  if (thread_pool != nullptr)
    for (int i = 0; i < thread_class_count; ++i)
      bytes += thread_pool->counts[static_cast<std::size_t>(i)] * class_bytes(i);
  return bytes;
}

// thread_pool is a plain pointer because an object with a destructor would cost a guard at each use; its owner
// returns the blocks when the thread ends, after which blocks go to the shared part.
constinit thread_local bool thread_ended = false;
struct ThreadPoolOwner {
  ThreadPool pool;
  ~ThreadPoolOwner() {
    thread_pool = nullptr;
    thread_ended = true;
    give_back(pool);
  }
};

void start_thread_pool() {
  if (!GRADTAPE_POOLING || thread_ended || thread_pool != nullptr) return;
  thread_local ThreadPoolOwner owner;
  thread_pool = &owner.pool;
}

}  // namespace

constinit thread_local ThreadPool* thread_pool = nullptr;

void* allocate_slowly(int size_class, std::size_t bytes) {
  start_thread_pool();
  void* memory = nullptr;
  if (size_class < size_class_count) {
    if (GRADTAPE_POOLING) memory = shared_pool().take(size_class);
    if (memory == nullptr) memory = system_allocate(size_class);
    if (memory == nullptr) {  // what the pool keeps in other sizes may be enough
      shared_pool().trim();
      memory = system_allocate(size_class);
    }
  }
  if (memory == nullptr)
    throw ResourceExhaustedError("no memory for a tensor of " + std::to_string(bytes) + " bytes");
  note_taken(class_bytes(size_class));
  return memory;
}

void free_slowly(void* memory, int size_class) {
  start_thread_pool();
  give_to_shared(memory, size_class);
}

}  // namespace gradtape::detail

namespace gradtape {

MemoryStatistics memory_statistics() {
  const std::size_t kept = detail::kept_by_this_thread();
  const auto in_use = static_cast<std::uint64_t>(detail::bytes_taken.load()) - kept;
  return {detail::system_allocations.load(), in_use,
          std::max(static_cast<std::uint64_t>(detail::peak_bytes.load()), in_use),
          detail::shared_pool().bytes() + kept};
}

void reset_peak_memory() { detail::peak_bytes.store(detail::bytes_taken.load()); }

void release_cached_memory() {
  if (detail::thread_pool != nullptr) detail::give_back(*detail::thread_pool);
  detail::shared_pool().trim();
}

}  // namespace gradtape
