#pragma once

#include <doctest/doctest.h>

#include <string>

#include "gradtape/autograd/error.h"

/// What the error says that f throws.
template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const gradtape::Error& error) {
    return error.what();
  }
  return "no error";
}

inline void check_contains(const std::string& text, const std::string& part) {
  INFO(text);
  CHECK_MESSAGE(text.find(part) != std::string::npos, part);
}
