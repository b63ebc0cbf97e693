#!/usr/bin/env bash
# Another release, on this host alone: upgrade.sh URL SHA256, or upgrade.sh --roll-back
# URL is s3://..., or a file. `current` is switched by a rename, the service restarted (a leader hands over
# first), and if it does not become ready the old release is put back. Exit status: 0 the new one is ready;
# 1 nothing changed, or the old one is back; 2 wrong words.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/say.sh
. "$here/lib/say.sh"
# shellcheck source=lib/configuration.sh
. "$here/lib/configuration.sh"
# shellcheck source=lib/cloud.sh
. "$here/lib/cloud.sh"
# shellcheck source=lib/software.sh
. "$here/lib/software.sh"
# shellcheck source=lib/settings.sh
. "$here/lib/settings.sh"

readonly RELEASES=$HOME_OF_RELEASES/releases
readonly PREVIOUS=$HOME_OF_RELEASES/previous

main() {
  local release
  read_configuration
  if [[ ${1:-} == --roll-back && $# == 1 ]]; then
    [[ -L $PREVIOUS ]] || fail 1 'there is no release to go back to'
    release=$(readlink -f "$PREVIOUS")
  elif [[ $# == 2 && $2 =~ ^[0-9a-f]{64}$ ]]; then
    unpack_release "$1" "$2"
    release=$RELEASES/${2:0:12}
  else
    fail 2 'usage: upgrade.sh URL SHA256 | upgrade.sh --roll-back'
  fi
  switch_to "$release"
}

# Into a folder of its own, which gets its name when it is whole.
unpack_release() {
  local url=$1 sum=$2 release=$RELEASES/${2:0:12} work
  if [[ -d $release ]]; then return; fi
  mkdir -p "$RELEASES"
  work=$(mktemp -d "$RELEASES/unpacking-XXXXXX")
  # shellcheck disable=SC2064 # the folder's name as it is now
  trap "rm -rf '$work'" EXIT
  case $url in
    s3://*) aws s3 cp --only-show-errors "$url" "$work/relevo.tgz" ;;
    *) cp "$url" "$work/relevo.tgz" ;;
  esac
  echo "$sum  $work/relevo.tgz" | sha256sum --check --quiet ||
    fail 1 "$url is not what was promised: its sha256 differs"
  mkdir "$work/release"
  tar -xzf "$work/relevo.tgz" -C "$work/release" --strip-components=1 --no-same-owner
  chmod -R go=rX "$work/release"
  mv -T "$work/release" "$release"
  rm -rf "$work"
  trap - EXIT
}

switch_to() {
  local release=$1 old
  old=$(readlink -f "$HOME_OF_RELEASES/current")
  if [[ $old == "$release" ]]; then
    say "$(basename "$release") runs already"
    return
  fi
  activate "$release"
  if restart_and_wait; then
    ln -sfn "$old" "$PREVIOUS"
    keep_newest
    say "$(basename "$release") is ready; $(basename "$old") is kept for --roll-back"
    return
  fi
  say "$(basename "$release") did not become ready: back to $(basename "$old")"
  activate "$old"
  restart_and_wait || fail 1 "$(basename "$old") is not ready either: journalctl -u $(unit_of_role)"
  fail 1 "$(basename "$release") was rolled back; $(basename "$old") is ready"
}

activate() {
  use_release "$1"
  install -m 0644 "$HOME_OF_RELEASES"/current/instance/systemd/* "$UNITS"
  systemctl daemon-reload
}

restart_and_wait() {
  local unit url end=$((SECONDS + ${RELEVO_READY_SECONDS:-120}))
  unit=$(unit_of_role)
  if [[ -z $unit ]]; then return 0; fi
  systemctl restart --no-block "$unit"
  url=http://127.0.0.1:$(http_port)/readyz
  # The old process may still answer while it stops.
  sleep "${RELEVO_RETRY_SECONDS:-3}"
  until systemctl is-active -q "$unit" && curl -fsS --max-time 2 "$url" >/dev/null 2>&1; do
    ((SECONDS < end)) || return 1
    sleep 1
  done
}

# The two that are named, and no more: a root disk is small.
keep_newest() {
  local release current previous
  current=$(readlink -f "$HOME_OF_RELEASES/current")
  previous=$(readlink -f "$PREVIOUS")
  for release in "$RELEASES"/*; do
    [[ $release == "$current" || $release == "$previous" ]] || rm -rf "$release"
  done
}

main "$@"
