# shellcheck shell=bash
# What every script says, and how it gives up. The journal and cloud-init's log keep standard output.

say() { printf 'relevo: %s\n' "$*"; }

# fail STATUS WORDS...
fail() {
  local status=$1
  shift
  printf 'relevo: %s\n' "$*" >&2
  exit "$status"
}

# retry SECONDS WHAT COMMAND...: until it succeeds, or fails with the last of what it said.
retry() {
  local end=$((SECONDS + $1)) what=$2 said
  shift 2
  until said=$("$@" 2>&1); do
    ((SECONDS < end)) || fail 1 "$what: still not, giving up: $said"
    sleep "${RELEVO_RETRY_SECONDS:-5}"
  done
}
