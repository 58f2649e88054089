#!/usr/bin/env bash
# Fails when an object file compiled for AVX2 or AVX-512 defines a symbol that other files may define too: an inline
# function or template from outside the namespace of its instruction set. The linker keeps one copy for all, and if it
# keeps this one, the program ends with an illegal instruction on a processor without the extension.
#
# usage: instruction_sets.sh NM OBJECT...
set -euo pipefail

nm=$1
shift
shared=$("$nm" --demangle --defined-only "$@" | grep -E '^[0-9a-f]+ [WVu] ' | grep -vE 'kernels::avx(2|512)::' || true)
[[ -z $shared ]] || { printf 'shared with other files:\n%s\n' "$shared"; exit 1; }
