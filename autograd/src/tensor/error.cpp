#include "gradtape/autograd/error.h"

namespace gradtape {

void Error::add_context(std::string_view op, std::string_view layer_path, Where where) {
  if (has_context_) return;
  has_context_ = true;
  std::string text = "[" + std::string(op) + "] " + text_;
  const bool sentence_ended = !text_.empty() && (text_.back() == '?' || text_.back() == '.');
  std::string_view separator = sentence_ended ? " " : ", ";
  if (!layer_path.empty()) {
    text += std::string(separator) + "in " + std::string(layer_path);
    separator = ", ";
  }
  if (where.line > 0) {
    std::string_view file = where.file;
    if (const auto slash = file.find_last_of('/'); slash != file.npos) file.remove_prefix(slash + 1);
    text += std::string(separator) + "at " + std::string(file) + ":" + std::to_string(where.line);
  }
  text_ = std::move(text);
}

}  // namespace gradtape
