#include "gradtape/autograd/ops/bitwise.h"

#include "gradtape/autograd/ops/comparison.h"
#include "gradtape/autograd/ops/creation.h"
#include "gradtape/autograd/ops/math.h"
#include "kernels/arithmetic.h"
#include "ops/binary.h"
#include "ops/checks.h"
#include "ops/math_families.h"

namespace gradtape {
namespace detail {
namespace {

using kernels::Arithmetic;

constexpr std::string_view of_integers = "it combines the bits of integers";

void check_integer(DType dtype) {
  if (!is_integer(dtype))
    throw InvalidArgumentError("integers are needed, got " + text_of(dtype) +
                               (dtype == boolean ? "; the logical ops take bool" : "; cast it first"));
}

std::vector<Sample> bit_samples(Tensor (*op)(const Operand&, const Operand&)) {
  const auto call = [op](const std::vector<Tensor>& x) { return op(x[0], x[1]); };
  return {{call, {constant({{5, -7, 12}, {0, 3, 1 << 20}}), constant({{3, 2, 1}, {7, 0, 5}})}},
          {call, {constant({{5}, {-7}}), constant({{1, 2, 3}})}},
          {call, {constant(9, uint8), constant(2, uint8)}},
          {call, {zeros({0, 3}, int64), zeros({1, 3}, int64)}}};
}

template <Arithmetic function, Tensor (*op)(const Operand&, const Operand&)>
struct BitwiseOp : BinaryOp<function> {
  static constexpr std::string_view not_differentiable = of_integers;
  Shape infer(const Inputs& x) const {
    check_integer(x.dtype(0));
    return broadcast_pair(x);
  }
  static auto samples() { return bit_samples(op); }
};

struct BitwiseAnd : BitwiseOp<Arithmetic::bitwise_and, gradtape::bitwise_and> {
  static constexpr std::string_view name = "bitwise_and";
};
struct BitwiseOr : BitwiseOp<Arithmetic::bitwise_or, gradtape::bitwise_or> {
  static constexpr std::string_view name = "bitwise_or";
};
struct BitwiseXor : BitwiseOp<Arithmetic::bitwise_xor, gradtape::bitwise_xor> {
  static constexpr std::string_view name = "bitwise_xor";
};
struct LeftShift : BitwiseOp<Arithmetic::left_shift, gradtape::left_shift> {
  static constexpr std::string_view name = "left_shift";
};
struct RightShift : BitwiseOp<Arithmetic::right_shift, gradtape::right_shift> {
  static constexpr std::string_view name = "right_shift";
};

struct Invert {
  static constexpr std::string_view name = "invert";
  static constexpr std::string_view not_differentiable = of_integers;
  Shape infer(const Inputs& x) const {
    check_integer(x.dtype(0));
    return x.shape(0);
  }
  void forward(const Inputs& x, Tensor& y) const {
    const TensorImpl& a = *impl_of(x[0]);
    kernels::invert(a.dtype, a.data, impl_of(y)->data, a.count);
  }
  static std::vector<Sample> samples() {
    const auto call = [](const std::vector<Tensor>& x) { return invert(x[0]); };
    return {{call, {constant({{5, -7, 12}})}}, {call, {constant(9, uint8)}}, {call, {zeros({0, 3}, int64)}}};
  }
};

bool is_bool(const Operand& x, const Operand& y) {
  const auto dtype_is_bool = [](const Operand& operand) {
    const TensorImpl* impl = operand.is_number() ? nullptr : impl_of(operand.tensor());
    return impl != nullptr && impl->dtype == boolean;
  };
  return dtype_is_bool(x) || dtype_is_bool(y);
}

}  // namespace

std::vector<OpRow> bitwise_ops() {
  return {row<BitwiseAnd>("bitwise"), row<BitwiseOr>("bitwise"),  row<BitwiseXor>("bitwise"),
          row<LeftShift>("bitwise"),  row<RightShift>("bitwise"), row<Invert>("bitwise")};
}

}  // namespace detail

using namespace detail;

namespace bitwise {
Tensor bitwise_and(const Operand& x, const Operand& y) { return record_binary(BitwiseAnd{}, x, y); }
Tensor bitwise_or(const Operand& x, const Operand& y) { return record_binary(BitwiseOr{}, x, y); }
Tensor bitwise_xor(const Operand& x, const Operand& y) { return record_binary(BitwiseXor{}, x, y); }
Tensor left_shift(const Operand& x, const Operand& y) { return record_binary(LeftShift{}, x, y); }
Tensor right_shift(const Operand& x, const Operand& y) { return record_binary(RightShift{}, x, y); }
Tensor invert(const Tensor& x, Where where) { return record(Invert{}, {x}, where); }
}  // namespace bitwise

Tensor operator&(const Operand& x, const Operand& y) { return is_bool(x, y) ? logical_and(x, y) : bitwise_and(x, y); }
Tensor operator|(const Operand& x, const Operand& y) { return is_bool(x, y) ? logical_or(x, y) : bitwise_or(x, y); }
Tensor operator^(const Operand& x, const Operand& y) { return is_bool(x, y) ? logical_xor(x, y) : bitwise_xor(x, y); }
Tensor operator~(const Operand& x) {
  const Tensor tensor = x.as_tensor();
  return is_bool(x, x) ? logical_not(tensor, x.where()) : invert(tensor, x.where());
}

}  // namespace gradtape
