#pragma once

namespace gradtape {

/// Threads that ops may use, at least 1. The first value is GRADTAPE_NUM_THREADS, else the number of cores. Results
/// do not depend on it. Throws InvalidArgumentError below 1.
void set_num_threads(int count);
int num_threads();

}  // namespace gradtape
