#pragma once
// The one place that starts parallel work. TBB owns the cores; it stays behind this header.

#include <cstdint>

namespace gradtape::kernels {

/// A reference to a callable: no allocation, no ownership.
template <class Signature>
class FunctionRef;
template <class R, class... Args>
class FunctionRef<R(Args...)> {
 public:
  template <class F>
  FunctionRef(const F& f)
      : object_(&f), call_([](const void* o, Args... args) -> R { return (*static_cast<const F*>(o))(args...); }) {}
  R operator()(Args... args) const { return call_(object_, args...); }

 private:
  const void* object_;
  R (*call_)(const void*, Args...);
};

/// Elements below which a loop of cheap arithmetic stays on the calling thread, and the same for loops whose
/// body costs as much as an exp.
/// Variables for one test only: it makes them small, so that small tensors take the ways that large ones do.
inline std::int64_t cheap_grain = 1 << 17;
inline std::int64_t costly_grain = 1 << 14;

/// Threads that parallel_for may use now; 1 means that it runs on the caller.
int num_threads();
/// At least 1; the GRADTAPE_NUM_THREADS environment variable gives the first value, else the machine's cores.
void set_num_threads(int count);

/// `hook` will be called once on each thread, the caller's included, before the first parallel_chunks body that it
/// runs. At most eight hooks.
void on_worker_start(void (*hook)());

/// Runs body(begin, end) over [0, n) cut into chunks of `grain`, at least 1 (the last one shorter); the cuts depend
/// on n and grain only, never on the number of threads. Runs on the caller when n <= grain or one thread is allowed.
/// An exception thrown by the body reaches the caller, once.
void parallel_chunks(std::int64_t n, std::int64_t grain, FunctionRef<void(std::int64_t, std::int64_t)> body);

template <class Body>
void parallel_for(std::int64_t n, std::int64_t grain, const Body& body) {
  if (n <= grain) {
    if (n > 0) body(std::int64_t{0}, n);
    return;
  }
  parallel_chunks(n, grain, body);
}

}  // namespace gradtape::kernels
