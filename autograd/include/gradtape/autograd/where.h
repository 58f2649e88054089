#pragma once
// Where in the user's program an op was called.

namespace gradtape {

/// File and line of a call. A function that takes `Where where = Where::here()` as its last parameter receives
/// its caller's line. (clang 14 lacks std::source_location with libstdc++.)
struct Where {
  const char* file = "";
  int line = 0;

  static constexpr Where here(const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    return {file, line};
  }
};

}  // namespace gradtape
