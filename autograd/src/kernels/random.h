#pragma once
// Random numbers from Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11). The i-th
// number is a function of (key, counter base, i) alone: same numbers on every machine and for every number of
// threads. The float maths here uses neither libm nor fused multiply-add, whose results differ between machines.

#include <cstdint>

#include "gradtape/autograd/dtype.h"

namespace gradtape::kernels {

/// A stream: `key` is the seed, `stream` tells apart the calls that share a seed.
struct PhiloxStream {
  std::uint64_t key = 0;
  std::uint64_t stream = 0;
};

/// The four 32-bit words of block `index` of the stream.
void philox_block(PhiloxStream stream, std::uint64_t index, std::uint32_t out[4]);

/// float32, float64: uniform in [low, high), 24 (53) random bits.
void random_uniform(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double low, double high);
/// int32, int64: uniform in [low, high), without modulo bias visible at 64 random bits.
void random_uniform_int(PhiloxStream stream, DType dtype, void* y, std::int64_t n, std::int64_t low,
                        std::int64_t high);
/// float32, float64: Box-Muller.
void random_normal(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double mean, double stddev);
/// Normal values redrawn until they lie within two standard deviations of the mean, as TensorFlow's.
void random_truncated_normal(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double mean, double stddev);
/// A permutation of [0, n) (Fisher-Yates).
void random_permutation(PhiloxStream stream, std::int64_t* y, std::int64_t n);
/// Dropout's mask times its scale: y[i] = keep ? scale : 0, keep with probability keep_probability.
void random_dropout_mask(PhiloxStream stream, DType dtype, void* y, std::int64_t n, double keep_probability,
                         double scale);
/// Dropout itself: y[i] = keep ? x[i] * scale : 0, with the same choice. y may be x.
void random_dropout(PhiloxStream stream, DType dtype, const void* x, void* y, std::int64_t n, double keep_probability,
                    double scale);

/// What follows is drawn in float64, each element from numbers of its own, and then of the dtype; integers saturate.
/// Element i has the parameters i % parameters, which the caller has checked.

/// Gamma with shape alpha >= 0 and scale 1 (Marsaglia and Tsang, "A simple method for generating gamma variables",
/// 2000).
void random_gamma(PhiloxStream stream, DType dtype, const double* alpha, std::int64_t parameters, void* y,
                  std::int64_t n);
/// Poisson with a finite rate >= 0; from 10 on by transformed rejection (Hoermann, "The transformed rejection method
/// for generating Poisson random variables", 1993).
void random_poisson(PhiloxStream stream, DType dtype, const double* rate, std::int64_t parameters, void* y,
                    std::int64_t n);
/// Successes of `count` >= 0 trials with probability in [0, 1]; with 10 expected ones or more by transformed
/// rejection (Hoermann, "The generation of binomial random variates", 1993).
void random_binomial(PhiloxStream stream, DType dtype, const double* count, const double* probability,
                     std::int64_t parameters, void* y, std::int64_t n);
/// y (rows, samples), int32 or int64: class c of a row (rows, classes) of logits with probability softmax(row)[c].
/// Each row has a finite logit and no NaN or +infinity.
void random_categorical(PhiloxStream stream, const double* logits, std::int64_t rows, std::int64_t classes,
                        std::int64_t samples, DType dtype, void* y);

}  // namespace gradtape::kernels
