# Prints the program on a page: its ```cpp blocks, with a blank line between them. Where none of them has a main(), they
# are what main() does.
/^```/ { in_code = !in_code && $0 == "```cpp"; if (in_code && blocks++) code = code "\n"; next }
in_code { code = code $0 "\n" }
END {
  if (code ~ /int main\(/) {
    printf "%s", code
  } else {
    print "#include <gradtape/autograd/gradcheck.h>\n#include <gradtape/gradtape.h>\n\n#include <iostream>\n"
    print "using namespace gradtape;\n\nint main() {"
    printf "%s}\n", code
  }
}
