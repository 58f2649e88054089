#pragma once
// Folders and files that tests write, and environment variables that they change.

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gradtape::test {

using Bytes = std::vector<std::uint8_t>;

/// A folder of its own that goes with the test.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "gradtape-test-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for the test's files");
    path_ = pattern;
  }
  ~ScratchFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;

  std::string path(const std::string& name = "") const {
    return name.empty() ? path_.string() : (path_ / name).string();
  }

  std::string write(const std::string& name, const Bytes& bytes) const {
    std::filesystem::create_directories((path_ / name).parent_path());
    std::ofstream(path_ / name, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

/// The bytes in the gzip format (RFC 1952), as one stored block: at most 65,535 of them.
inline Bytes gzip(const Bytes& bytes) {
  std::uint32_t checksum = ~0u;
  for (const std::uint8_t byte : bytes) {
    checksum ^= byte;
    for (int bit = 0; bit < 8; ++bit) checksum = (checksum >> 1) ^ ((checksum & 1) != 0 ? 0xedb88320u : 0);
  }
  const auto size = static_cast<std::uint32_t>(bytes.size());
  Bytes result = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 1};
  const auto put = [&](std::uint32_t value, int count) {
    for (int i = 0; i < count; ++i) result.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  };
  put(size, 2);
  put(~size, 2);
  for (const std::uint8_t byte : bytes) result.push_back(byte);
  put(~checksum, 4);
  put(size, 4);
  return result;
}

/// Sets or, with a null value, removes an environment variable until the end of the scope.
class ScopedEnvironment {
 public:
  ScopedEnvironment(const char* name, const char* value) : name_(name) {
    if (const char* old = std::getenv(name)) old_ = old, was_set_ = true;
    set(value);
  }
  ~ScopedEnvironment() { set(was_set_ ? old_.c_str() : nullptr); }
  ScopedEnvironment(const ScopedEnvironment&) = delete;
  ScopedEnvironment& operator=(const ScopedEnvironment&) = delete;

 private:
  void set(const char* value) {
    if (value != nullptr)
      setenv(name_, value, 1);
    else
      unsetenv(name_);
  }
  const char* name_;
  std::string old_;
  bool was_set_ = false;
};

}  // namespace gradtape::test
