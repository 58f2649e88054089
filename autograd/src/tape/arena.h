#pragma once
// Memory for nodes: handed out in order, taken back in reverse order all at once.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace gradtape::detail {

class Arena {
 public:
  struct Mark {
    std::uint32_t chunk = 0, used = 0;
  };

  /// Aligned to 16.
  void* allocate(std::size_t bytes) {
    bytes = (bytes + 15) & ~std::size_t{15};
    if (chunk_ >= chunks_.size() || used_ + bytes > chunks_[chunk_].size) next_chunk(bytes);
    std::byte* memory = chunks_[chunk_].memory.get() + used_;
    used_ += static_cast<std::uint32_t>(bytes);
    for (int line = 0; line < 4; ++line) __builtin_prefetch(memory + bytes + 64 * line, 1);  // the next node's place
    return memory;
  }
  Mark mark() const { return {chunk_, used_}; }
  /// Everything handed out since the mark is free again; the chunks stay for the next recording.
  void rewind(Mark mark) {
    chunk_ = mark.chunk;
    used_ = mark.used;
  }

 private:
  static constexpr std::size_t chunk_bytes = 64 * 1024;
  struct Chunk {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
  };

  void next_chunk(std::size_t bytes) {
    if (chunk_ < chunks_.size()) ++chunk_;
    // A chunk left over from before may be too small for an unusually large node: put a fitting one in its place.
    if (chunk_ >= chunks_.size() || chunks_[chunk_].size < bytes) {
      const std::size_t size = bytes > chunk_bytes ? bytes : chunk_bytes;
      chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(chunk_),
                     Chunk{std::make_unique_for_overwrite<std::byte[]>(size), size});
    }
    used_ = 0;
  }

  std::vector<Chunk> chunks_;
  std::uint32_t chunk_ = 0, used_ = 0;
};

}  // namespace gradtape::detail
