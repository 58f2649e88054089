#pragma once
// oneDNN's and OpenBLAS's products, always on the calling thread alone.

#include "matmul_tiles.h"

namespace gradtape::kernels {

/// The library that multiplies large float32 matrices: oneDNN, or OpenBLAS where the GRADTAPE_GEMM environment
/// variable says "openblas".
bool openblas_wanted();

/// Whether OpenBLAS has code for this processor. It knows processors by model: one that is newer than itself gets
/// code of 2004, a sixth as fast.
bool openblas_knows_processor();

/// c = a x b, false if the library cannot do it (nothing is written then).
bool onednn_product(const TileOperands<float>& operands);
bool openblas_product(const TileOperands<float>& operands);
bool openblas_product(const TileOperands<double>& operands);

/// While one lives, OpenBLAS uses no threads of its own; afterwards it does again what the user had set.
class OpenBlasOnOneThread {
 public:
  OpenBlasOnOneThread();
  ~OpenBlasOnOneThread();
  OpenBlasOnOneThread(const OpenBlasOnOneThread&) = delete;
  OpenBlasOnOneThread& operator=(const OpenBlasOnOneThread&) = delete;
};

}  // namespace gradtape::kernels
