#!/usr/bin/env bash
# Fails when a public header includes, however indirectly, a library that is a private matter of gradtape's, or a slow
# standard header. gradtape/autograd/xtensor.h is the bridge to xtensor and the only exception.
#
# usage: header_includes.sh COMPILER INCLUDE_DIRECTORY...
set -euo pipefail

compiler=$1
shift
forbidden='/(xtensor|xtensor-blas|xtl|xsimd|oneapi|tbb|nlohmann|fmt|hdf5|google)/|/(dnnl|omp|cblas|hdf5|H5)[^/]*\.(h|hpp)$'
forbidden+='|/c\+\+/([^/]+/)?(v1/)?(iostream|fstream|filesystem|chrono|regex|thread|future|execution)$'

mapfile -t headers < <(find "$@" -name '*.h' ! -path '*/autograd/xtensor.h' | sort)
((${#headers[@]})) || { echo "no public headers under: $*"; exit 1; }

# everything_included < C++ source: the files that it includes.
everything_included() {
  "$compiler" -std=c++20 "${include_flags[@]}" -x c++ -M - | tr -s '[:space:]' '\n' | sed -n '/\//p'
}
include_flags=("${@/#/-I}")

if ! found=$(printf '#include "%s"\n' "${headers[@]}" | everything_included); then
  echo "the public headers do not go through the preprocessor"
  exit 1
fi
if ! grep -qE "$forbidden" <<<"$found"; then
  echo "${#headers[@]} public headers, none of which includes a forbidden one"
  exit 0
fi
for header in "${headers[@]}"; do
  bad=$(echo "#include \"$header\"" | everything_included | grep -E "$forbidden" || true)
  [[ -z $bad ]] || printf '%s includes\n%s\n' "$header" "$(head -n 5 <<<"$bad")"
done
exit 1
