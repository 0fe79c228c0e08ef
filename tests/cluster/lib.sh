# shellcheck shell=bash disable=SC2034
# What build, up and down of the throwaway cluster share: its folders, addresses and processes. Source it.

HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$HERE/../../scripts/lib.sh"
. "$HERE/versions.sh"

CLUSTER=$(cache_dir)/cluster
BIN=$CLUSTER/bin/$KUBERNETES_VERSION
STATE=$CLUSTER/state # all that a running cluster writes
PKI=$STATE/pki
RUN=$STATE/run
KUBECONFIG_FILE=$STATE/kubeconfig
CONTAINERD=$RUN/containerd.sock

NODE=greeter-cluster
NODE_IP=198.18.0.1 # on lo; the range is reserved for tests, so it is nobody's address
API_PORT=6443
ETCD_URL=http://127.0.0.1:12379 # not etcd's usual port, where a packaged etcd may run
ETCD_PEER_URL=http://127.0.0.1:12380
POD_CIDR=10.42.0.0/24
SERVICE_CIDR=10.43.0.0/16
API_SERVICE_IP=10.43.0.1
DNS_IP=10.43.0.10
INGRESS_IP=127.0.0.1
CNI_PLUGINS=/usr/lib/cni

PAUSE_IMAGE=greeter.local/pause:1
COREDNS_IMAGE=greeter.local/coredns:$COREDNS_VERSION
METRICS_SERVER_IMAGE=greeter.local/metrics-server:$METRICS_SERVER_VERSION
TRAEFIK_IMAGE=greeter.local/traefik:$TRAEFIK_VERSION

# render FILE: prints it with each @NAME@ replaced by that variable.
render() {
  local text name
  text=$(<"$1")
  while read -r name; do
    text=${text//"@$name@"/${!name}}
  done < <(grep -o '@[A-Z_]*@' "$1" | tr -d @ | sort -u)
  printf '%s\n' "$text"
}

# write FILE: standard input becomes FILE, which is left alone when it says so already (kube-proxy exits when its
# configuration file is written).
write() {
  local text
  text=$(cat)
  [ -f "$1" ] && [ "$text" = "$(<"$1")" ] || printf '%s\n' "$text" >"$1"
}

# A process id alone may be another program's by now, or Docker's containerd.
running() { # NAME
  local process
  [ -f "$RUN/$1.pid" ] && process=/proc/$(<"$RUN/$1.pid") &&
    [[ $(readlink "$process/exe" 2>/dev/null) == */$1* ]] && grep -qaF "$STATE/" "$process/cmdline" 2>/dev/null
}

start() { # NAME ARGUMENT...
  running "$1" && return
  local name=$1
  shift
  have "$name" || die "$name is missing: run scripts/bootstrap cluster"
  setsid "$name" "$@" >"$STATE/log/$name.log" 2>&1 </dev/null &
  echo $! >"$RUN/$name.pid"
  for _ in {1..100}; do # or whoever asks next takes it for one that has ended: it still is setsid
    if running "$name" || [ ! -d "/proc/$!" ]; then return; fi
    sleep 0.05
  done
}

await() { # NAME SECONDS COMMAND...: polls until a program that was started answers
  local name=$1 deadline=$((SECONDS + $2))
  shift 2
  until "$@" >/dev/null 2>&1; do
    if [ ! -d "/proc/$(<"$RUN/$name.pid")" ] || [ "$SECONDS" -ge "$deadline" ]; then
      die "$name did not start; the end of $STATE/log/$name.log: $(tail -n 3 "$STATE/log/$name.log")"
    fi
    sleep 0.2
  done
}

# A program that has not gone after five seconds is killed: the API server would wait a minute for its watchers.
stop() { # NAME
  local deadline=$((SECONDS + 5)) signal=TERM
  while running "$1"; do
    kill -s "$signal" "$(<"$RUN/$1.pid")" 2>/dev/null || true
    sleep 0.2
    [ "$SECONDS" -lt "$deadline" ] || signal=KILL
  done
  rm -f "$RUN/$1.pid"
}

# Run as root, kubectl must leave no cache of its own in the caller's home.
cluster_kubectl() { kubectl --kubeconfig "$KUBECONFIG_FILE" --cache-dir "$STATE/data/kubectl" "$@"; }
cluster_ctr() { ctr --address "$CONTAINERD" --namespace k8s.io "$@"; }

# Containers, mounts and network rules need root; the caches stay the caller's.
need_root() { # "$0" "$@"
  [ "$(id -u)" -eq 0 ] || {
    as_root env HOME="$HOME" XDG_CACHE_HOME="${XDG_CACHE_HOME:-$HOME/.cache}" "$@"
    exit
  }
  PATH=$BIN:$PATH:/usr/sbin:/sbin
}
