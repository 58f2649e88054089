#!/usr/bin/env bash
# Checks that the files which the pages link to are there.
#
# usage: links.sh PAGE.md...
set -euo pipefail

missing=0
for page in "$@"; do
  while read -r target; do
    [[ -n $target && $target != *://* ]] || continue
    if [[ ! -e $(dirname "$page")/$target ]]; then
      echo "$page: there is no $target" >&2
      missing=1
    fi
  done < <(sed '/^```/,/^```/d' "$page" | grep -oE '\]\([^)#]*' | cut -c3-)
done
exit "$missing"
