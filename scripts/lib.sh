# shellcheck shell=bash
# What every script here shares. Source it, don't run it:
#   . "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CUSTOMER_VALUES=${CUSTOMER_VALUES:-$REPO/customer-values}
DOMAIN=${DOMAIN:-parcellab.com}
export REPO CUSTOMER_VALUES DOMAIN

say() { printf '%s\n' "$*" >&2; }
warn() { printf 'warning: %s\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The calling script's header comment is its help.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; }

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif have sudo; then
    sudo "$@"
  else
    die "'$*' needs root: run this as root, or install sudo"
  fi
}

# The one place a version is written is the project() line of CMakeLists.txt.
version() { sed -n 's/^project(greeter VERSION \([0-9.]*\).*/\1/p' "$REPO/CMakeLists.txt"; }

# What the program is made of, and the last commit that changed it: commits that only touch something else build nothing anew.
PROGRAM=(CMakeLists.txt Dockerfile app app-chart/values.schema.json)
revision() {
  local commit
  commit=$(git -C "$REPO" log -1 --format=%H -- "${PROGRAM[@]}" 2>/dev/null) || true
  [ -n "$commit" ] || { echo unknown && return; }
  [ -z "$(git -C "$REPO" status --porcelain -- "${PROGRAM[@]}")" ] || commit+=-dirty
  echo "$commit"
}

# The time of that commit, which whatever is built carries instead of the time it was built at.
source_date_epoch() {
  local seconds
  seconds=$(git -C "$REPO" log -1 --format=%ct -- "${PROGRAM[@]}" 2>/dev/null) || true
  echo "${seconds:-0}"
}

cache_dir() {
  local dir=${XDG_CACHE_HOME:-$HOME/.cache}/greeter
  mkdir -p "$dir/bin" && printf '%s\n' "$dir"
}

# wait_for SECONDS WHAT COMMAND...: polls COMMAND until it succeeds.
wait_for() {
  local deadline=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || die "gave up waiting for $what"
    sleep 0.2
  done
}

# The customers are the files of one folder; nothing lists them a second time.
customer_files() { find "$CUSTOMER_VALUES" -maxdepth 1 -name '*.yaml' ! -name '.*' | LC_ALL=C sort; }
customers() { customer_files | sed 's#.*/##; s#\.yaml$##'; }

# Those that CUSTOMER names; without it, all.
wanted() {
  if [ -z "${CUSTOMER:-}" ]; then
    customers
  elif [ -f "$CUSTOMER_VALUES/$CUSTOMER.yaml" ]; then
    printf '%s\n' "$CUSTOMER"
  else
    die "CUSTOMER=$CUSTOMER: there is no $CUSTOMER_VALUES/$CUSTOMER.yaml"
  fi
}

TOOLS=$(cache_dir)/bin
export TOOLS PATH="$TOOLS:$PATH"
