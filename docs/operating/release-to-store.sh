#!/bin/sh
# Brings the live release of a folder to an object store, with rclone:
#
#   release-to-store.sh /srv/help store:help
#
# What is live there is the object "current", the id of a release. It is written
# last: before that, nobody looks at what was sent.
set -eu
folder=$1 store=$2
id=$(basename "$(readlink "$folder/current")")
was=$(rclone cat "$store/current" 2>/dev/null || true)
# All of it, not only what differs from the last: some stores tell no hashes, and
# then a file that has changed and has the same size would be taken for the same.
rclone copy "$folder/$id" "$store/$id"
printf %s "$id" | rclone rcat "$store/current"
# The one before stays, for who is about to fetch it; older ones go.
for old in $(rclone lsf --dirs-only "$store" | tr -d / | grep -vx -e "$id" -e "${was:-$id}"); do
	rclone purge "$store/$old"
done
