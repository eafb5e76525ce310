#!/usr/bin/env bash
# Makes the release of the last commit for one system in two folders, once with
# what the go command keeps and once from nothing, and compares the bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT
release() { # FOLDER
	git clone -q . "$1"
	make -s -C "$1" dist TARGETS=linux/amd64 >/dev/null
}
release "$scratch/a"
GOCACHE=$scratch/cache release "$scratch/another folder/b"
a=$(cat "$scratch/a/dist/SHA256SUMS") b=$(cat "$scratch/another folder/b/dist/SHA256SUMS")
echo "$a"
if [ "$a" != "$b" ]; then
	echo "another folder made other bytes: $b"
	exit 1
fi
