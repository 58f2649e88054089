#pragma once
// From the id of a leaf to its newest entry: open addressing, emptied in one step.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gradtape::detail {

using Edge = std::int32_t;
inline constexpr Edge no_edge = -1;

class LeafTable {
 public:
  Edge find(std::uint64_t id) const {
    if (slots_.empty()) return no_edge;
    const Slot& slot = slots_[place(slots_, id)];
    return slot.generation == generation_ ? slot.edge : no_edge;
  }

  void set(std::uint64_t id, Edge edge) {
    if (2 * (count_ + 1) > slots_.size()) grow();
    Slot& slot = slots_[place(slots_, id)];
    if (slot.generation != generation_) ++count_;
    slot = {id, generation_, edge};
  }

  void clear() {
    ++generation_;
    count_ = 0;
  }

 private:
  struct Slot {
    std::uint64_t id = 0;
    std::uint32_t generation = 0;  // a slot of an older generation is free
    Edge edge = no_edge;
  };

  // The slot that holds the id, or the free one where it would go.
  std::size_t place(const std::vector<Slot>& slots, std::uint64_t id) const {
    const std::size_t mask = slots.size() - 1;
    std::size_t i = static_cast<std::size_t>(id * 0x9E3779B97F4A7C15u >> 32) & mask;
    while (slots[i].generation == generation_ && slots[i].id != id) i = (i + 1) & mask;
    return i;
  }

  void grow() {
    std::vector<Slot> larger(slots_.empty() ? 64 : 2 * slots_.size());
    for (const Slot& slot : slots_)
      if (slot.generation == generation_) larger[place(larger, slot.id)] = slot;
    slots_.swap(larger);
  }

  std::vector<Slot> slots_;
  std::size_t count_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace gradtape::detail
