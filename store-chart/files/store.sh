#!/usr/bin/env bash
# What a pod of the store runs: store.sh COMMAND. `redis` and `sentinel` are its two containers, the others are for
# probes, scripts and people:
#   redis | sentinel          finds out who is the master and starts that server
#   check redis|ready|sentinel   probes
#   leave                     before the pod stops: a master hands over first
#   cli ARGUMENT...           redis-cli with all rights; `cli-sentinel` asks the sentinel
#   users                     every user that may log in, with the hashes of its passwords; `default` is the sentinel's
#   forget CUSTOMER           on the master: deletes the customer's keys
#
# Who is the master: whatever the sentinels say, or did when this pod last ran; the higher epoch wins. A master comes up
# only if a second pod was heard, so that the majority's last failover is known. A store begins anew, with pod 0, when all
# three pods are there and none has anything. A node without data never is the master of what others have: it waits until
# they name another. A replica may be promoted only when it has everything since its start (replica-priority).
set -euo pipefail

NAME=greeter # of the master, for the sentinels
REDIS=6379 SENTINEL=26379
CONFIG=/etc/greeter-store PASSWORDS=/etc/greeter-store-passwords USERS=/etc/greeter-store-users
RUN=/run/greeter-store # in memory
KNOWN=/data/sentinel/sentinel.conf
PATIENCE=120 # seconds that replicas wait for a master with more data before one of them may take its place
ORDINAL=${POD_NAME##*-}

say() { printf 'store: %s\n' "$*" >&2; }
password() { cat "$PASSWORDS/$1"; }
hash_of() { printf '%s' "$(<"$1")" | sha256sum | cut -c 1-64; } # without a line feed at the end, as it is sent

# Requests, each with a second to answer. redis-cli takes the password from the environment, where no list shows it.
ask() { # USER PASSWORD HOST PORT COMMAND...
  REDISCLI_AUTH=$2 timeout 1 redis-cli --user "$1" --no-auth-warning -h "$3" -p "$4" "${@:5}" 2>/dev/null
}
own() { ask admin "$(<"$RUN/admin")" 127.0.0.1 "$@"; }
field() { sed -n "s/^$1:\([^\r]*\)\r*$/\1/p"; } # of what INFO says

# The addresses by which all know each other: those of the pods' Services, which stay when pods go. The short name would
# be this pod's own address, of /etc/hosts.
find_addresses() {
  local pod address
  ADDRESSES=()
  for pod in 0 1 2; do
    until address=$(getent hosts "$STORE-$pod.$NAMESPACE.svc" | awk '{print $1; exit}') && [ -n "$address" ]; do
      say "waiting for the address of $STORE-$pod"
      sleep 1
    done
    ADDRESSES+=("$address")
  done
}

# ordinal ADDRESS [ADDRESS...]: which of the others the first one is; nothing where it is none.
ordinal() {
  local wanted=$1 number=0 address
  shift
  for address; do
    [ "$address" != "$wanted" ] || printf '%s' "$number"
    number=$((number + 1))
  done
}

# A line "POD EPOCH MASTER FLAGS" from each pod that knows who the master is: the others' sentinels, and this one's file,
# which begins with the addresses of its time. MASTER is a pod's number. In a failover a sentinel names the former master
# with the new epoch already: whoever began with both would never believe another, as none has a higher one.
known() {
  local pod epoch address flags before
  for pod in 0 1 2; do
    [ "$pod" != "$ORDINAL" ] || continue
    read -r epoch address flags < <(ask default "$(password sentinel-password)" "${ADDRESSES[pod]}" "$SENTINEL" sentinel master "$NAME" |
      awk 'NR % 2 { key = $0; next } { value[key] = $0 }
        END { print value["config-epoch"] - (value["flags"] ~ /failover_in_progress/), value["ip"], value["flags"] }') || continue
    address=$(ordinal "$address" "${ADDRESSES[@]}")
    [ -z "$address" ] || printf '%s %s %s %s\n' "$pod" "$epoch" "$address" "$flags"
  done
  [ -s "$KNOWN" ] || return 0
  read -ra before < <(sed -n 's/^# addresses //p' "$KNOWN")
  epoch=$(awk -v name="$NAME" '$2 == "config-epoch" && $3 == name { print $4 }' "$KNOWN")
  address=$(awk -v name="$NAME" '$2 == "monitor" && $3 == name { print $4 }' "$KNOWN")
  address=$(ordinal "$address" "${before[@]}")
  [ -z "$address" ] || printf '%s %s %s file\n' "$ORDINAL" "${epoch:-0}" "$address"
}

# Of the same epoch, what a sentinel says goes before a file: one that was ended in a failover may hold the former master.
latest() { sort -k 2,2nr -k 4,4r <<<"$1" | head -n 1 | cut -d ' ' -f "$2"; } # KNOWN FIELD

# Who may log in. Customers' files hold hashes; of ours every version is taken (NAME, NAME-next, NAME-previous), so that a
# password can be changed everywhere before the old one goes.
hashes() {
  local file
  for file in "$PASSWORDS/$1" "$PASSWORDS/$1"-*; do
    [ ! -f "$file" ] || printf '#%s ' "$(hash_of "$file")"
  done
}

redis_users() {
  local file name customers='resetchannels -@all +@read +@write +@transaction +@connection -@dangerous +eval +wait +role +time'
  # Off, but with all rights: a start reads the log as this user, and would skip what it may not do.
  echo "user default reset off resetpass ~* &* +@all"
  echo "user admin on #$(hash_of "$RUN/admin") ~* &* +@all"
  echo "user replica on $(hashes replication-password)resetchannels -@all +psync +replconf +ping"
  echo "user monitor on $(hashes monitor-password)allchannels -@all +multi +slaveof +ping +exec +subscribe +config|rewrite +role +publish +info +client|setname +client|kill +script|kill"
  echo "user exporter on $(hashes exporter-password)resetchannels -@all +ping +info +config|get +client|setname +client|list +slowlog|get +slowlog|len +latency|latest +latency|histogram"
  for file in "$USERS"/*; do
    name=${file##*/}
    if [[ $name =~ ^(default|admin|replica|monitor|exporter)$ || ! $name =~ ^[a-z0-9][a-z0-9-]*$ ]] || grep -qvxE '(#[0-9a-f]{64}( +|$))+' "$file"; then
      [ ! -f "$file" ] || say "no user $name: its name is taken, or what it has are no hashes (#...)"
      continue
    fi
    # Names of other customers' keys are nobody's business either.
    echo "user $name on $(tr '\n' ' ' <"$file") ~greeter:$name:* $customers -scan -randomkey -dbsize"
  done
}

# Instances only ask for the master; sentinels may do everything with each other.
sentinel_users() {
  echo "user default reset on $(hashes sentinel-password)resetchannels -@all +auth +hello +ping +role +client|setname +sentinel|master +sentinel|get-master-addr-by-name +sentinel|replicas +sentinel|sentinels"
  echo "user admin on #$(hash_of "$RUN/admin") &* +@all"
  echo "user peer on $(hashes monitor-password)&* +@all"
}

# Brings the server on PORT to what PORT_users says. ACL LOAD would end the connections of all users; so only those who
# differ are set, and only those who are gone are deleted. Exit 1 where nothing differs.
apply_users() { # PORT USERS
  local have=$RUN/users-$1.acl want=$RUN/users-$1.new name rules
  "$2" >"$want"
  ! cmp -s "$want" "$have" || return 1
  while read -r _ name rules; do
    # shellcheck disable=SC2086 # words
    [ "$(own "$1" acl setuser "$name" reset $rules)" = OK ] || { say "could not set user $name" && return 1; }
    say "set user $name"
  done < <(comm -13 <(sort "$have") <(sort "$want"))
  while read -r name; do
    own "$1" acl deluser "$name" >/dev/null
    say "deleted user $name"
  done < <(comm -23 <(cut -d ' ' -f 2 "$have" | sort) <(cut -d ' ' -f 2 "$want" | sort))
  mv "$want" "$have"
}

# Of this pod alone, new with every pod.
make_admin() {
  local new
  new=$(mktemp "$RUN/XXXXXX")
  head -c 30 /dev/urandom | base64 >"$new"
  ln "$new" "$RUN/admin" 2>/dev/null || true # the other container was first
  rm "$new"
}

# Redis

# Whether a store may begin here: both others are there, follow this pod, and have nothing.
all_is_new() {
  local pod info
  for pod in 1 2; do
    info=$(ask monitor "$(password monitor-password)" "${ADDRESSES[pod]}" "$REDIS" info) || return 1
    [ "$(field master_host <<<"$info")" = "${ADDRESSES[0]}" ] && [ -z "$(field 'db[0-9]*' <<<"$info")" ] || return 1
  done
}

# Sets LEADER to the pod to follow, or to this one.
choose_master() {
  local all told='' now asked=$SECONDS
  while true; do
    all=$(known)
    LEADER=$(latest "$all" 3)
    if [ -z "$all" ]; then
      LEADER=0
      [ "$ORDINAL" != 0 ] || all_is_new && return 0
      now="nobody knows a master: waiting until the other two pods are there and empty"
    elif [ "$LEADER" != "$ORDINAL" ]; then
      return 0
    elif [ ! -e /data/redis/joined ]; then
      now="this is the master, but has no data: waiting until another one is"
    elif [ "$(wc -l <<<"$all")" -lt 2 ]; then
      now="this was the master: waiting until a second pod says so"
    elif grep -qE 's_down|o_down|failover' <<<"$all" && [ $((SECONDS - asked)) -lt 10 ]; then
      now="this was the master, and may be replaced just now: waiting"
    else
      return 0
    fi
    [ "$now" = "$told" ] || say "$now"
    told=$now
    sleep 0.5
  done
}

redis_config() {
  cat "$CONFIG/redis.conf"
  echo "aclfile $RUN/users-$REDIS.acl"
  echo "replica-announce-ip ${ADDRESSES[ORDINAL]}"
  echo "masterauth $(password replication-password)"
  if [ "$LEADER" = "$ORDINAL" ]; then
    say "starting as the master"
    touch /data/redis/joined
  else
    say "starting as a replica of $STORE-$LEADER"
    echo "replica-priority 0"
    echo "replicaof ${ADDRESSES[LEADER]} $REDIS"
  fi
}

redis() {
  mkdir -p /data/redis
  make_admin
  find_addresses
  redis_users >"$RUN/users-$REDIS.acl"
  choose_master
  (umask 077 && redis_config >"$RUN/redis.conf")
  look_after_redis &
  exec redis-server "$RUN/redis.conf"
}

look_after_redis() {
  local promotable=''
  while sleep 1; do
    if apply_users "$REDIS" redis_users; then
      password replication-password | own "$REDIS" -x config set masterauth >/dev/null || true
    fi
    [ -n "$promotable" ] || ! may_be_promoted || promotable=yes
  done
}

# A replica that has not got everything since its start must not become the master, or what others have would be lost.
may_be_promoted() {
  local info
  info=$(own "$REDIS" info) || return 1
  if [ "$(field role <<<"$info")" = master ] || [ "$(field master_link_status <<<"$info")$(field aof_rewrite_in_progress <<<"$info")$(field aof_rewrite_scheduled <<<"$info")" = up00 ]; then
    touch /data/redis/joined
  elif [ -e /data/redis/joined ] && [ "$SECONDS" -gt "$PATIENCE" ]; then
    say "no master for $PATIENCE s: this replica may take its place with what it has"
  else
    return 1
  fi
  [ "$(own "$REDIS" config set replica-priority 100)" = OK ]
}

# Sentinel

# In a new store, where no sentinel knows: the master that this pod's Redis is, or has everything from.
master_of_own_redis() {
  local info
  info=$(own "$REDIS" info replication) || return 1
  if [ "$(field role <<<"$info")" = master ]; then
    printf '%s' "$ORDINAL"
  elif [ "$(field master_link_status <<<"$info")" = up ]; then
    ordinal "$(field master_host <<<"$info")" "${ADDRESSES[@]}"
  fi
}

id_of() { printf '%s/%s/%s' "$NAMESPACE" "$STORE" "$1" | sha1sum | cut -c 1-40; } # so that a new disk is no new sentinel

sentinel_config() { # EPOCH MASTER
  local pod
  echo "# addresses ${ADDRESSES[*]}"
  echo "aclfile $RUN/users-$SENTINEL.acl"
  echo "sentinel myid $(id_of "$ORDINAL")"
  echo "sentinel announce-ip ${ADDRESSES[ORDINAL]}"
  echo "sentinel announce-port $SENTINEL"
  echo "sentinel sentinel-user peer"
  echo "sentinel sentinel-pass $(password monitor-password)"
  echo "sentinel monitor $NAME ${ADDRESSES[$2]} $REDIS 2"
  echo "sentinel auth-user $NAME monitor"
  echo "sentinel auth-pass $NAME $(password monitor-password)"
  cat "$CONFIG/sentinel.conf"
  echo "sentinel config-epoch $NAME $1"
  for pod in 0 1 2; do
    [ "$pod" = "$2" ] || echo "sentinel known-replica $NAME ${ADDRESSES[pod]} $REDIS"
    [ "$pod" = "$ORDINAL" ] || echo "sentinel known-sentinel $NAME ${ADDRESSES[pod]} $SENTINEL $(id_of "$pod")"
  done
  # What it has voted on before.
  grep -E "^sentinel (current-epoch|leader-epoch $NAME) [0-9]+$" "$KNOWN" 2>/dev/null || true
}

sentinel() {
  local all master epoch=0
  mkdir -p /data/sentinel
  make_admin
  find_addresses
  sentinel_users >"$RUN/users-$SENTINEL.acl"
  all=$(known)
  if [ -n "$all" ]; then
    epoch=$(latest "$all" 2) master=$(latest "$all" 3)
  else
    until master=$(master_of_own_redis) && [ -n "$master" ]; do sleep 0.5; done
  fi
  say "the master is $STORE-$master, of epoch $epoch"
  (umask 077 && sentinel_config "$epoch" "$master" >"$KNOWN.new")
  mv "$KNOWN.new" "$KNOWN"
  look_after_sentinel &
  exec redis-sentinel "$KNOWN"
}

look_after_sentinel() {
  while sleep 1; do
    if apply_users "$SENTINEL" sentinel_users; then
      own "$SENTINEL" sentinel set "$NAME" auth-pass "$(password monitor-password)" >/dev/null || true
      own "$SENTINEL" sentinel config set sentinel-pass "$(password monitor-password)" >/dev/null || true
    fi
  done
}

# Probes, the end, and people

check() {
  local info
  case $1 in
    sentinel) [ "$(own "$SENTINEL" ping)" = PONG ] ;;
    redis) [[ $(own "$REDIS" ping) =~ ^(PONG|LOADING|BUSY|MASTERDOWN) ]] ;;
    ready)
      info=$(own "$REDIS" info replication)
      [ "$(field role <<<"$info")" = master ] || [ "$(field master_link_status <<<"$info")" = up ]
      ;;
  esac
}

cli() { REDISCLI_AUTH=$(<"$RUN/admin") redis-cli --user admin --no-auth-warning -p "$@"; }

is_master() { [ "$(own "$REDIS" info replication | field role)" = master ]; }

# Every replica that is connected has all there is.
replicas_have_all() {
  local info offset
  info=$(own "$REDIS" info replication)
  offset=$(field master_repl_offset <<<"$info")
  [[ $info == *state=online* ]] && ! grep '^slave[0-9]' <<<"$info" | grep -qv "offset=$offset,"
}

# No write is accepted from here on, so none can be lost; then another sentinel is told to promote a replica.
leave() {
  local pod told
  is_master || return 0
  own "$REDIS" config set min-replicas-to-write 3 >/dev/null
  within 3 replicas_have_all
  for pod in 0 1 2; do
    [ "$pod" != "$ORDINAL" ] || continue
    told=$(ask peer "$(password monitor-password)" "${ADDRESSES[pod]}" "$SENTINEL" sentinel failover "$NAME") || continue
    if [ "$told" = OK ]; then
      within 8 is_replaced "$pod"
      return
    fi
  done
}

is_replaced() { # POD
  local address
  address=$(ask peer "$(password monitor-password)" "${ADDRESSES[$1]}" "$SENTINEL" sentinel get-master-addr-by-name "$NAME" | head -n 1)
  [ -n "$address" ] && [ "$address" != "${ADDRESSES[ORDINAL]}" ]
}

within() { # SECONDS COMMAND...
  local end=$((SECONDS + $1))
  until "${@:2}" || [ "$SECONDS" -ge "$end" ]; do sleep 0.1; done
}

forget() {
  is_master || return 0
  [[ $1 =~ ^[a-z0-9][a-z0-9-]*$ ]] || { say "'$1' is no customer's name" && return 1; }
  cli "$REDIS" --scan --pattern "greeter:$1:*" | xargs -r "$0" cli unlink
}

case ${1-} in
  redis | sentinel)
    trap 'say "could not start"' EXIT
    "$1"
    ;;
  check | forget) "$@" ;;
  leave) find_addresses && leave ;;
  users) for port in "$REDIS" "$SENTINEL"; do own "$port" acl list; done | awk '{ for (i = 4; i <= NF; i++) if ($i ~ /^#/) print $2, $i }' ;;
  cli) cli "$REDIS" "${@:2}" ;;
  cli-sentinel) cli "$SENTINEL" "${@:2}" ;;
  *) say "what? See the head of $0" && exit 2 ;;
esac
