#pragma once

#include <string>

namespace gradtape::nn {

/// Throws UnimplementedError unless the path's extension is a format that weights can be written in.
void require_weights_format(const std::string& path);

}  // namespace gradtape::nn
