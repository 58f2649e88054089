#include <cxxabi.h>

#include <cctype>
#include <cstdlib>
#include <mutex>
#include <unordered_map>

#include "layer_state.h"

namespace gradtape::nn {
namespace {

// WideAndDeep -> wide_and_deep, LSTMCell -> lstm_cell
std::string snake_case(const std::string& name) {
  const auto is_upper = [&](std::size_t i) {
    return i < name.size() && std::isupper(static_cast<unsigned char>(name[i]));
  };
  const auto is_lower = [&](std::size_t i) {
    return i < name.size() && std::islower(static_cast<unsigned char>(name[i]));
  };
  std::string result;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool starts_word = i > 0 && is_upper(i) && name[i - 1] != '_' && (!is_upper(i - 1) || is_lower(i + 1));
    if (starts_word) result += '_';
    result += static_cast<char>(std::tolower(static_cast<unsigned char>(name[i])));
  }
  return result;
}

}  // namespace

std::string class_name(const std::type_info& type) {
  int status = 0;
  char* demangled = abi::__cxa_demangle(type.name(), nullptr, nullptr, &status);
  std::string name = demangled != nullptr ? demangled : type.name();
  std::free(demangled);
  if (name.ends_with('>')) {  // template arguments
    std::size_t begin = name.size() - 1;
    for (int depth = 1; depth > 0 && begin > 0;) {
      const char c = name[--begin];
      depth += c == '>' ? 1 : c == '<' ? -1 : 0;
    }
    name.resize(begin);
  }
  if (const auto scope = name.rfind("::"); scope != name.npos) name.erase(0, scope + 2);
  return name;
}

std::string unique_name(const std::string& type_name) {
  static std::mutex mutex;
  static std::unordered_map<std::string, int> counts;
  const std::string base = snake_case(type_name);
  const std::lock_guard lock(mutex);
  const int count = counts[base]++;
  return count == 0 ? base : base + "_" + std::to_string(count);
}

}  // namespace gradtape::nn
