#include "gradtape/autograd/threads.h"

#include "gradtape/autograd/error.h"
#include "kernels/parallel.h"

namespace gradtape {

void set_num_threads(int count) {
  if (count < 1) throw InvalidArgumentError("set_num_threads(" + std::to_string(count) + "): at least 1 is needed");
  kernels::set_num_threads(count);
}
int num_threads() { return kernels::num_threads(); }

}  // namespace gradtape
