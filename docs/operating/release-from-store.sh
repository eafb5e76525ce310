#!/bin/sh
# Brings the live release of an object store to a folder that whyfix serve reads,
# with rclone; from a timer, every minute or so:
#
#   release-from-store.sh store:help /srv/help
#
# The link is switched last, in one step, so a release that is half here is never
# live. serve reads all of it before it answers from it.
set -eu
store=$1 folder=$2
id=$(rclone cat "$store/current")
here=$(readlink "$folder/current" 2>/dev/null || true)
[ "$id" != "$here" ] || exit 0
mkdir -p "$folder"
rclone copy "$store/$id" "$folder/$id"
[ -s "$folder/$id/manifest.json" ] || { echo "$store has no release $id" >&2; exit 1; }
ln -sfn "$id" "$folder/current.next"
mv -fT "$folder/current.next" "$folder/current"
# The one before stays for who goes back, and for its styles; older ones go.
for old in "$folder"/[0-9]*T*; do
	case $(basename "$old") in "$id" | "$here") ;; *) rm -rf "$old" ;; esac
done
