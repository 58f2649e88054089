#include <gradtape/gradtape.h>

using namespace gradtape;

int main() {
  const Tensor a = constant({{1.f, 2.f}, {3.f, 4.f}});
  const Tensor b = matmul(a, a);
  const Tensor c = reshape(2.f * a + b, {-1});
  const Tensor d = reduce_mean(square(c)) - reduce_sum(exp(-c));
  const Tensor e = concat({tanh(a), expand_dims(b[0], 0)}, 0);
  return static_cast<int>((reduce_max(e) / d).item<float>());
}
