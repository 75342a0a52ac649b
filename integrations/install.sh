#!/usr/bin/env bash
# Puts `sekisho` on the path of a pipeline: the one that is there, else the one of a release, by its checksum.
#
#   SEKISHO_RELEASE   address of the folder of a release: where its archives and SHA256SUMS lie
#   SEKISHO_FOLDER    where the program goes [default: ~/.local/bin]
#   SEKISHO_SHA256    checksum of the archive; without it SHA256SUMS of the release is believed
set -euo pipefail

folder=${SEKISHO_FOLDER:-$HOME/.local/bin}
if command -v sekisho >/dev/null; then
  sekisho --version
  exit 0
fi
if [ -z "${SEKISHO_RELEASE:-}" ]; then
  echo 'error: there is no `sekisho` on the path, and SEKISHO_RELEASE does not say where to get one' >&2
  exit 2
fi

case $(uname -m) in
  x86_64) target=x86_64-unknown-linux-gnu ;;
  aarch64 | arm64) target=aarch64-unknown-linux-gnu ;;
  *)
    echo "error: no release is built for $(uname -m)" >&2
    exit 2
    ;;
esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curl --fail --silent --show-error --location --retry 3 --output "$work/SHA256SUMS" "$SEKISHO_RELEASE/SHA256SUMS"
line=$(grep --extended-regexp "^[0-9a-f]{64}  sekisho-[0-9A-Za-z.+-]+-$target\.tar\.gz\$" "$work/SHA256SUMS") || {
  echo "error: the release holds no archive for $target" >&2
  exit 2
}
archive=${line#*  }
sum=${SEKISHO_SHA256:-${line%%  *}}
curl --fail --silent --show-error --location --retry 3 --output "$work/$archive" "$SEKISHO_RELEASE/$archive"
echo "$sum  $work/$archive" | sha256sum --check --quiet
mkdir -p "$folder"
tar --extract --gzip --file "$work/$archive" --directory "$folder" sekisho
if [ -n "${GITHUB_PATH:-}" ]; then
  echo "$folder" >>"$GITHUB_PATH"
fi
"$folder/sekisho" --version
