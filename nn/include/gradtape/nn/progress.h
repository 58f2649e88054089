#pragma once

#include <iosfwd>

namespace gradtape::nn {

/// Where progress, summaries and callbacks print; null: std::cout. On a terminal the bar is redrawn in place,
/// elsewhere it is printed once for each epoch. Not to be changed while a model trains.
void set_progress_output(std::ostream* output, bool is_terminal = false);

}  // namespace gradtape::nn
