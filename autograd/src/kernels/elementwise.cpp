#include "elementwise.h"

#include <cstring>

#include "elementwise_broadcast.h"
#include "isa.h"
#include "more_dtypes.h"
#include "parallel.h"
#include "simd/elementwise_table.h"
#include "streaming.h"

namespace gradtape::kernels {

namespace {

template <class E>
int place(E value) {
  return static_cast<int>(value);
}

/// 0, 1, 2, 3 for elements of 1, 2, 4, 8 bytes.
int size_place(DType dtype) {
  const std::size_t size = size_of(dtype);
  return size == 1 ? 0 : size == 2 ? 1 : size == 4 ? 2 : 3;
}

std::int64_t step_of(DType dtype) { return static_cast<std::int64_t>(size_of(dtype)); }

const UnaryTable& unary_loops() { return pick(baseline::unary_table, avx2::unary_table, avx512::unary_table); }
const FunctionTable& function_loops() {
  return pick(baseline::function_table, avx2::function_table, avx512::function_table);
}
const ActivationTable& activation_loops() {
  return pick(baseline::activation_table, avx2::activation_table, avx512::activation_table);
}
const BinaryTable& binary_loops() { return pick(baseline::binary_table, avx2::binary_table, avx512::binary_table); }
const ComparisonTable& comparison_loops() {
  return pick(baseline::comparison_table, avx2::comparison_table, avx512::comparison_table);
}
const LogicalTable& logical_loops() {
  return pick(baseline::logical_table, avx2::logical_table, avx512::logical_table);
}
const CastTable& cast_loops() { return pick(baseline::cast_table, avx2::cast_table, avx512::cast_table); }
const CopyTable& copy_loops() { return pick(baseline::copy_table, avx2::copy_table, avx512::copy_table); }

UnaryLoop unary_loop(Unary function, DType dtype) {
  const UnaryLoop loop = unary_loops().of[place(dtype)][place(function)];
  return loop != nullptr ? loop : more_unary_loop(function, dtype);
}
BinaryLoop binary_loop(Binary function, DType dtype) {
  const BinaryLoop loop = binary_loops().of[place(dtype)][place(function)];
  return loop != nullptr ? loop : more_binary_loop(function, dtype);
}
BinaryLoop comparison_loop(Comparison comparison, DType dtype) {
  const BinaryLoop loop = comparison_loops().of[place(dtype)][place(comparison)];
  return loop != nullptr ? loop : more_comparison_loop(comparison, dtype);
}
UnaryLoop cast_loop(DType from, DType to) {
  const UnaryLoop loop = cast_loops().of[place(from)][place(to)];
  return loop != nullptr ? loop : more_cast_loop(from, to);
}

const void* advance(const void* x, std::int64_t bytes) { return static_cast<const char*>(x) + bytes; }
void* advance(void* y, std::int64_t bytes) { return static_cast<char*>(y) + bytes; }

bool is_costly(Unary function, DType dtype) {
  if (function < Unary::exp || function > Unary::cos) return false;
  return function != Unary::relu && is_floating(dtype);
}

void run_unary(UnaryLoop loop, const void* x, DType x_dtype, void* y, DType y_dtype, std::int64_t n,
               std::int64_t grain) {
  if (n <= grain) return loop(x, y, n);
  const std::int64_t x_step = step_of(x_dtype), y_step = step_of(y_dtype);
  const bool streams = n * y_step >= streaming_bytes && x != y;
  parallel_chunks(n, grain, [&](std::int64_t begin, std::int64_t end) {
    const void* from = advance(x, begin * x_step);
    void* to = advance(y, begin * y_step);
    if (!streams) return loop(from, to, end - begin);
    run_streaming(end - begin, y_step, to, [&](std::int64_t i, void* block, std::int64_t count) {
      loop(advance(from, i * x_step), block, count);
    });
  });
}

struct BinaryCall {
  BinaryLoop loop;
  DType dtype;
  const void* a;
  const Shape& a_shape;
  const void* b;
  const Shape& b_shape;
  void* y;
  const Shape& y_shape;
  DType y_dtype;
  std::int64_t grain;
};

[[gnu::noinline]] void run_parallel(const BinaryCall& call, Operands moving, std::int64_t n) {
  const auto y_step = step_of(call.y_dtype);
  const std::int64_t a_step = moving == Operands::right ? 0 : step_of(call.dtype);
  const std::int64_t b_step = moving == Operands::left ? 0 : step_of(call.dtype);
  const bool streams = n * y_step >= streaming_bytes && call.y != call.a && call.y != call.b;
  parallel_chunks(n, call.grain, [&](std::int64_t begin, std::int64_t end) {
    const void *a = advance(call.a, begin * a_step), *b = advance(call.b, begin * b_step);
    void* to = advance(call.y, begin * y_step);
    if (!streams) return call.loop(moving, a, b, to, end - begin);
    run_streaming(end - begin, y_step, to, [&](std::int64_t i, void* block, std::int64_t count) {
      call.loop(moving, advance(a, i * a_step), advance(b, i * b_step), block, count);
    });
  });
}

[[gnu::noinline]] void run_broadcast(const BinaryCall& call, std::int64_t n) {
  const Operand operands[] = {{call.a, &call.a_shape, size_of(call.dtype)},
                              {call.b, &call.b_shape, size_of(call.dtype)}};
  const auto y_step = step_of(call.y_dtype);
  broadcast_loop(operands, 2, call.y, call.y_shape, size_of(call.y_dtype), n, call.grain,
                 [&](const void* const* data, unsigned moving, void* y, std::int64_t count) {
                   constexpr Operands kinds[4] = {Operands::both, Operands::left, Operands::right, Operands::both};
                   if (moving != 0) return call.loop(kinds[moving], data[0], data[1], y, count);
                   // The output is larger than what the operands broadcast to.
                   for (std::int64_t i = 0; i < count; ++i)
                     call.loop(Operands::both, data[0], data[1], advance(y, i * y_step), 1);
                 });
}

// Calls on a few elements are frequent, so the checks for them come first and are inlined.
[[gnu::always_inline]] inline void run_binary(const BinaryCall& call) {
  const std::int64_t n = call.y_shape.num_elements();
  const std::int64_t a_count = call.a_shape.num_elements(), b_count = call.b_shape.num_elements();
  if (n == 0) return;
  // An operand with as many elements as the output differs from it by axes of length 1 at most.
  Operands moving;
  if (a_count == n && b_count == n)
    moving = Operands::both;
  else if (a_count == n && b_count == 1)
    moving = Operands::left;
  else if (a_count == 1 && b_count == n)
    moving = Operands::right;
  else
    return run_broadcast(call, n);
  if (n > call.grain) return run_parallel(call, moving, n);
  call.loop(moving, call.a, call.b, call.y, n);
}

}  // namespace

bool supports(Unary function, DType dtype) {
  return baseline::unary_table.of[place(dtype)][place(function)] != nullptr ||
         more_unary_loop(function, dtype) != nullptr;
}

bool supports(Binary function, DType dtype) {
  return baseline::binary_table.of[place(dtype)][place(function)] != nullptr ||
         more_binary_loop(function, dtype) != nullptr;
}

void unary(Unary function, DType dtype, const void* x, void* y, std::int64_t n) {
  run_unary(unary_loop(function, dtype), x, dtype, y, dtype, n,
            is_costly(function, dtype) ? costly_grain : cheap_grain);
}

void unary(Function function, DType dtype, const void* x, void* y, std::int64_t n) {
  run_unary(function_loops().of[dtype == DType::float64][place(function)], x, dtype, y, dtype, n,
            function == Function::trunc ? cheap_grain : costly_grain);
}

void unary(Activation function, DType dtype, const void* x, void* y, std::int64_t n) {
  const bool cheap = function == Activation::relu6 || function == Activation::softsign;
  run_unary(activation_loops().of[dtype == DType::float64][place(function)], x, dtype, y, dtype, n,
            cheap ? cheap_grain : costly_grain);
}

void binary(Binary function, DType dtype, const void* a, const Shape& a_shape, const void* b, const Shape& b_shape,
            void* y, const Shape& y_shape) {
  run_binary({binary_loop(function, dtype), dtype, a, a_shape, b, b_shape, y, y_shape, dtype,
              function == Binary::pow ? costly_grain : cheap_grain});
}

void binary(Binary function, DType dtype, const void* a, const void* b, void* y, std::int64_t n) {
  const auto loop = binary_loop(function, dtype);
  const std::int64_t grain = function == Binary::pow ? costly_grain : cheap_grain;
  if (n > 0 && n <= grain) return loop(Operands::both, a, b, y, n);
  binary(function, dtype, a, Shape{n}, b, Shape{n}, y, Shape{n});
}

void binary(ActivationGradient function, DType dtype, const void* a, const Shape& a_shape, const void* b,
            const Shape& b_shape, void* y, const Shape& y_shape) {
  const bool cheap = function <= ActivationGradient::relu6 || function == ActivationGradient::softsign;
  run_binary({activation_loops().gradient[dtype == DType::float64][place(function)], dtype, a, a_shape, b, b_shape, y,
              y_shape, dtype, cheap ? cheap_grain : costly_grain});
}

void binary(ActivationGradient function, DType dtype, const void* a, const void* b, void* y, std::int64_t n) {
  binary(function, dtype, a, Shape{n}, b, Shape{n}, y, Shape{n});
}

void compare(Comparison comparison, DType dtype, const void* a, const Shape& a_shape, const void* b,
             const Shape& b_shape, bool* y, const Shape& y_shape) {
  run_binary(
      {comparison_loop(comparison, dtype), dtype, a, a_shape, b, b_shape, y, y_shape, DType::boolean, cheap_grain});
}

void logical(Logical function, const bool* a, const Shape& a_shape, const bool* b, const Shape& b_shape, bool* y,
             const Shape& y_shape) {
  run_binary({logical_loops().of[place(function)], DType::boolean, a, a_shape, b, b_shape, y, y_shape, DType::boolean,
              cheap_grain});
}

void logical_not(const bool* x, bool* y, std::int64_t n) {
  run_unary(logical_loops().logical_not, x, DType::boolean, y, DType::boolean, n, cheap_grain);
}

void select(DType dtype, const bool* condition, const Shape& condition_shape, const void* a, const Shape& a_shape,
            const void* b, const Shape& b_shape, void* y, const Shape& y_shape) {
  const std::int64_t n = y_shape.num_elements();
  if (n == 0) return;
  const std::size_t size = size_of(dtype);
  const SelectLoop loop = copy_loops().select[size_place(dtype)];
  const std::int64_t condition_count = condition_shape.num_elements();
  const std::int64_t a_count = a_shape.num_elements(), b_count = b_shape.num_elements();
  if (n <= cheap_grain && (condition_count == n || condition_count == 1) && (a_count == n || a_count == 1) &&
      (b_count == n || b_count == 1)) {
    const unsigned moving = (condition_count == n ? 1u : 0u) | (a_count == n ? 2u : 0u) | (b_count == n ? 4u : 0u);
    return loop(moving, condition, a, b, y, n);
  }
  const Operand operands[] = {{condition, &condition_shape, sizeof(bool)}, {a, &a_shape, size}, {b, &b_shape, size}};
  broadcast_loop(operands, 3, y, y_shape, size, n, cheap_grain,
                 [&](const void* const* data, unsigned moving, void* out, std::int64_t count) {
                   loop(moving, data[0], data[1], data[2], out, count);
                 });
}

void cast(DType from, const void* x, DType to, void* y, std::int64_t n) {
  run_unary(cast_loop(from, to), x, from, y, to, n, cheap_grain);
}

void fill(DType dtype, const void* value, void* y, std::int64_t n) {
  const FillLoop loop = copy_loops().fill[size_place(dtype)];
  if (n <= cheap_grain) {
    if (n > 0) loop(value, y, n);
    return;
  }
  parallel_chunks(n, cheap_grain, [&](std::int64_t begin, std::int64_t end) {
    loop(value, advance(y, begin * step_of(dtype)), end - begin);
  });
}

void broadcast(DType dtype, const void* x, const Shape& x_shape, void* y, const Shape& y_shape) {
  const std::int64_t n = y_shape.num_elements();
  if (n == 0) return;
  const std::size_t size = size_of(dtype);
  if (x_shape.num_elements() == 1) return fill(dtype, x, y, n);
  const FillLoop loop = copy_loops().fill[size_place(dtype)];
  const Operand operand{x, &x_shape, size};
  broadcast_loop(&operand, 1, y, y_shape, size, n, cheap_grain,
                 [&](const void* const* data, unsigned moving, void* out, std::int64_t count) {
                   if (moving != 0)
                     std::memcpy(out, data[0], static_cast<std::size_t>(count) * size);
                   else
                     loop(data[0], out, count);
                 });
}

}  // namespace gradtape::kernels
