// Compiled once per instruction set, see isa.h.
//
// Rows are worked on in chunks that fit the nearest cache, so that a row is read from memory once. Short rows share
// one loop for the exponentials of the whole chunk: ten columns alone would leave most of a vector empty.
#include "../softmax_table.h"

#include "fold.h"
#include "vector_math.h"

namespace gradtape::kernels::GRADTAPE_ISA {
namespace {

constexpr std::int64_t chunk_elements = 2048;
constexpr std::int64_t chunk_rows = 256;
constexpr std::int64_t longest_short_row = chunk_elements / 2;

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

/// Calls body(first, count) for chunks of whole rows; a chunk of more than chunk_elements is a single row.
template <class Body>
[[gnu::always_inline]] inline void for_chunks(std::int64_t rows, std::int64_t columns, const Body& body) {
  if (columns == 0) return;
  const std::int64_t fitting = smaller(chunk_elements / columns, chunk_rows);
  const std::int64_t step = fitting > 1 ? fitting : 1;
  for (std::int64_t r = 0; r < rows; r += step) body(r, smaller(step, rows - r));
}

/// The sum of term(0) ... term(n - 1) for a row longer than a chunk.
template <class T, class Term>
[[gnu::always_inline]] inline T sum_of_long(std::int64_t n, const Term& term) {
  alignas(64) T terms[chunk_elements];
  double total = 0;
  for (std::int64_t i = 0; i < n; i += chunk_elements) {
    const std::int64_t count = smaller(chunk_elements, n - i);
    GRADTAPE_VECTORIZE
    for (std::int64_t j = 0; j < count; ++j) terms[j] = term(i + j);
    total += static_cast<double>(fold<Sum, T>(terms, count));
  }
  return static_cast<T>(total);
}

/// sums[r] = the sum of term(r, 0) ... term(r, columns - 1) for the rows of a chunk. All terms come first: a vector
/// that is read back right after narrower writes would wait for them.
template <class T, class Term>
[[gnu::always_inline]] inline void sum_rows(std::int64_t rows, std::int64_t columns, T* sums, const Term& term) {
  if (columns > chunk_elements) {
    sums[0] = sum_of_long<T>(columns, [&](std::int64_t c) { return term(0, c); });
    return;
  }
  alignas(64) T terms[chunk_elements];
  for (std::int64_t r = 0; r < rows; ++r) {
    GRADTAPE_VECTORIZE
    for (std::int64_t c = 0; c < columns; ++c) terms[r * columns + c] = term(r, c);
  }
  for (std::int64_t r = 0; r < rows; ++r) sums[r] = fold<Sum, T>(terms + r * columns, columns);
}

/// y = exp(x - maxima[row]) for the rows of a chunk, and their maxima.
template <class T>
void exponentials(const T* x, std::int64_t rows, std::int64_t columns, T* y, T* maxima) {
  for (std::int64_t r = 0; r < rows; ++r) {
    const T* row = x + r * columns;
    T* out = y + r * columns;
    const T max = fold<Max, T>(row, columns);
    maxima[r] = max;
    if (columns <= longest_short_row) {
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < columns; ++c) out[c] = row[c] - max;
    } else {
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < columns; ++c) out[c] = math::exp(row[c] - max);
    }
  }
  if (columns <= longest_short_row) {
    GRADTAPE_VECTORIZE
    for (std::int64_t i = 0; i < rows * columns; ++i) y[i] = math::exp(y[i]);
  }
}

/// For the rows of a chunk: the maximum, and the logarithm of the sum of exp(x - maximum).
template <class T>
void log_sums(const T* x, std::int64_t rows, std::int64_t columns, T* maxima, T* logs) {
  if (columns > chunk_elements) {
    const T max = fold<Max, T>(x, columns);
    maxima[0] = max;
    logs[0] = sum_of_long<T>(columns, [=](std::int64_t c) { return math::exp(x[c] - max); });
  } else {
    alignas(64) T buffer[chunk_elements];
    exponentials(x, rows, columns, buffer, maxima);
    for (std::int64_t r = 0; r < rows; ++r) logs[r] = fold<Sum, T>(buffer + r * columns, columns);
  }
  GRADTAPE_VECTORIZE
  for (std::int64_t r = 0; r < rows; ++r) logs[r] = math::log(logs[r]);
}

template <class T>
void softmax(const T* x, T* y, std::int64_t rows, std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    T* out = y + first * columns;
    T maxima[chunk_rows];
    exponentials(x + first * columns, count, columns, out, maxima);
    for (std::int64_t r = 0; r < count; ++r) {
      T* row = out + r * columns;
      const T scale = T(1) / fold<Sum, T>(row, columns);
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < columns; ++c) row[c] *= scale;
    }
  });
}

template <class T>
void log_softmax(const T* x, T* y, std::int64_t rows, std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    T maxima[chunk_rows], logs[chunk_rows];
    log_sums(x + first * columns, count, columns, maxima, logs);
    for (std::int64_t r = 0; r < count; ++r) {
      const T* row = x + (first + r) * columns;
      T* out = y + (first + r) * columns;
      const T max = maxima[r], log = logs[r];
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < columns; ++c) out[c] = (row[c] - max) - log;
    }
  });
}

template <class T>
void softmax_gradient(const T* dy, const T* y, T* dx, std::int64_t rows, std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    const T* a = dy + first * columns;
    const T* b = y + first * columns;
    T sums[chunk_rows];
    sum_rows(count, columns, sums,
             [=](std::int64_t r, std::int64_t c) { return a[r * columns + c] * b[r * columns + c]; });
    for (std::int64_t r = 0; r < count; ++r) {
      const T sum = sums[r];
      const std::int64_t begin = r * columns;
      T* out = dx + first * columns;
      GRADTAPE_VECTORIZE
      for (std::int64_t i = begin; i < begin + columns; ++i) out[i] = b[i] * (a[i] - sum);
    }
  });
}

template <class T>
void log_softmax_gradient(const T* dy, const T* y, T* dx, std::int64_t rows, std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    // A buffer, as dx may be y.
    alignas(64) T exponential[chunk_elements];
    T sums[chunk_rows];
    const std::int64_t begin = first * columns, end = (first + count) * columns;
    for (std::int64_t r = 0; r < count; ++r) sums[r] = fold<Sum, T>(dy + begin + r * columns, columns);
    for (std::int64_t i = begin; i < end; i += chunk_elements) {
      const std::int64_t n = smaller(chunk_elements, end - i);
      GRADTAPE_VECTORIZE
      for (std::int64_t j = 0; j < n; ++j) exponential[j] = math::exp(y[i + j]);
      const std::int64_t width = smaller(columns, n);
      for (std::int64_t r = 0; r * width < n; ++r) {
        const T sum = sums[r];
        const std::int64_t place = r * width;
        GRADTAPE_VECTORIZE
        for (std::int64_t c = 0; c < width; ++c) dx[i + place + c] = dy[i + place + c] - exponential[place + c] * sum;
      }
    }
  });
}

[[gnu::always_inline]] inline std::int64_t label_at(const Labels& labels, std::int64_t row) {
  switch (labels.dtype) {
    case DType::int32:
      return static_cast<const std::int32_t*>(labels.data)[row];
    case DType::int64:
      return static_cast<const std::int64_t*>(labels.data)[row];
    case DType::int8:
      return static_cast<const std::int8_t*>(labels.data)[row];
    case DType::int16:
      return static_cast<const std::int16_t*>(labels.data)[row];
    case DType::uint16:
      return static_cast<const std::uint16_t*>(labels.data)[row];
    case DType::uint32:
      return static_cast<const std::uint32_t*>(labels.data)[row];
    case DType::uint64:
      return static_cast<std::int64_t>(static_cast<const std::uint64_t*>(labels.data)[row]);
    default:
      return static_cast<const std::uint8_t*>(labels.data)[row];
  }
}

template <class T>
void sparse_loss(const T* logits, Labels labels, T* loss, std::int64_t rows, std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    T maxima[chunk_rows], logs[chunk_rows];
    log_sums(logits + first * columns, count, columns, maxima, logs);
    for (std::int64_t r = 0; r < count; ++r) {
      const std::int64_t row = first + r;
      loss[row] = logs[r] + (maxima[r] - logits[row * columns + label_at(labels, row)]);
    }
  });
}

template <class T>
void sparse_gradient(const T* dloss, const T* logits, Labels labels, T* dlogits, std::int64_t rows,
                     std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    T* out = dlogits + first * columns;
    T maxima[chunk_rows];
    exponentials(logits + first * columns, count, columns, out, maxima);
    for (std::int64_t r = 0; r < count; ++r) {
      T* row = out + r * columns;
      const T dy = dloss[first + r], scale = dy / fold<Sum, T>(row, columns);
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < columns; ++c) row[c] *= scale;
      row[label_at(labels, first + r)] -= dy;
    }
  });
}

template <class T>
void dense_loss(const T* logits, const T* labels, T* loss, std::int64_t rows, std::int64_t columns) {
  if (columns == 0) {
    for (std::int64_t r = 0; r < rows; ++r) loss[r] = T(0);
    return;
  }
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    T maxima[chunk_rows], logs[chunk_rows];
    log_sums(logits + first * columns, count, columns, maxima, logs);
    const T* x = logits + first * columns;
    const T* p = labels + first * columns;
    // A logit of -inf under a label of 0 gives 0 * inf, which the blend leaves out.
    sum_rows(count, columns, loss + first, [&](std::int64_t r, std::int64_t c) {
      const T label = p[r * columns + c];
      const T term = label * (logs[r] + (maxima[r] - x[r * columns + c]));
      return label == T(0) ? T(0) : term;
    });
  });
}

template <class T>
void dense_gradient(const T* dloss, const T* logits, const T* labels, T* dlogits, std::int64_t rows,
                    std::int64_t columns) {
  for_chunks(rows, columns, [=](std::int64_t first, std::int64_t count) {
    T* out = dlogits + first * columns;
    T maxima[chunk_rows];
    exponentials(logits + first * columns, count, columns, out, maxima);
    for (std::int64_t r = 0; r < count; ++r) {
      T* row = out + r * columns;
      const T* label = labels + (first + r) * columns;
      const T dy = dloss[first + r], scale = T(1) / fold<Sum, T>(row, columns);
      GRADTAPE_VECTORIZE
      for (std::int64_t c = 0; c < columns; ++c) row[c] = dy * (row[c] * scale - label[c]);
    }
  });
}

template <class T>
constexpr SoftmaxKernels<T> kernels_of = {
    softmax<T>,     log_softmax<T>,     softmax_gradient<T>, log_softmax_gradient<T>,
    sparse_loss<T>, sparse_gradient<T>, dense_loss<T>,       dense_gradient<T>,
};

}  // namespace

extern const SoftmaxTable softmax_table;
const SoftmaxTable softmax_table = {kernels_of<float>, kernels_of<double>};

}  // namespace gradtape::kernels::GRADTAPE_ISA
