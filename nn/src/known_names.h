#pragma once
// Looking up what a string stands for: "he_normal" and "HeNormal" are one name.

#include <cstddef>
#include <string>

#include "gradtape/autograd/error.h"

namespace gradtape::nn {

/// Lower case without underscores.
inline std::string canonical_name(const std::string& name) {
  std::string result;
  for (const char c : name)
    if (c != '_') result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return result;
}

/// The entry of the table called `name`. Throws InvalidArgumentError that lists the names where there is none.
template <class Entry, std::size_t N>
const Entry& find_known(const char* kind, const std::string& name, const Entry (&table)[N]) {
  const std::string wanted = canonical_name(name);
  for (const Entry& entry : table)
    if (canonical_name(entry.name) == wanted) return entry;
  std::string known;
  for (const Entry& entry : table) known += (known.empty() ? "'" : ", '") + std::string(entry.name) + "'";
  throw InvalidArgumentError("unknown " + std::string(kind) + " '" + name + "': the known ones are " + known);
}

}  // namespace gradtape::nn
