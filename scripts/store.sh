# shellcheck shell=bash
# What the scripts share that look after the store of `make deploy STORE=redis` or `STORE=kubernetes`. Source it after
# kube.sh.

STORE_RELEASE=${STORE_RELEASE:-greeter-store} # of Redis, and its namespace
GREETINGS=greetings.greeter.parcellab.com     # of Kubernetes
STORE_PODS=app.kubernetes.io/name=greeter-store,app.kubernetes.io/instance=$STORE_RELEASE

kube_store() { kube -n "$STORE_RELEASE" "$@"; }
store_exists() { [ -n "$(kube_store get statefulset "$STORE_RELEASE" --ignore-not-found -o name 2>/dev/null)" ]; }

greetings_are_defined() { [ -n "$(kube get crd "$GREETINGS" --ignore-not-found -o name)" ]; }
greeting_objects() { kube -n "$1" get "$GREETINGS" -o name; } # NAMESPACE
# All at once: `kubectl delete --all` waits for one after the other: minutes for what takes a second.
remove_greeting_objects() { kube delete --raw "/apis/${GREETINGS#*.}/v1alpha1/namespaces/$1/${GREETINGS%%.*}" >/dev/null; } # NAMESPACE

# redis, kubernetes or none: the store this deploy gives customers. What STORE says; else that of the one before, which
# labels tell.
store_in_use() {
  local used='jsonpath={.metadata.labels.greeter/store}'
  if [ -n "${STORE:-}" ]; then
    echo "$STORE"
  elif store_exists && [ "$(kube get namespace "$STORE_RELEASE" --ignore-not-found -o "$used")" = used ]; then
    echo redis
  elif [ "$(kube get crd "$GREETINGS" --ignore-not-found -o "$used")" = used ]; then
    echo kubernetes
  else
    echo none
  fi
}

# Notes which store later deploys go on with.
remember_store() { # redis, kubernetes or none
  local redis=unused kubernetes=unused
  case $1 in redis) redis=used ;; kubernetes) kubernetes=used ;; esac
  if store_exists; then kube label namespace "$STORE_RELEASE" --overwrite "greeter/store=$redis" >/dev/null; fi
  if greetings_are_defined; then kube label crd "$GREETINGS" --overwrite "greeter/store=$kubernetes" >/dev/null; fi
}

# Defines greetings as objects, or brings what is defined to this version; unless a release of the operator does so. The
# definition outlasts that release, and still names it.
define_greetings() {
  local namespace release
  read -r namespace release < <(kube get crd "$GREETINGS" --ignore-not-found \
    -o 'jsonpath={.metadata.annotations.meta\.helm\.sh/release-namespace} {.metadata.annotations.meta\.helm\.sh/release-name}{"\n"}') || true
  [ -z "$release" ] || [ -z "$(kube -n "$namespace" get secrets -l "owner=helm,name=$release" -o name)" ] || return 0
  kube apply --server-side --force-conflicts --field-manager=greeter -f "$REPO/app-chart/files/crds/greetings.yaml" >/dev/null
  kube wait --for=condition=Established "crd/$GREETINGS" --timeout=30s >/dev/null
}

# What a release gets, besides the common values, that keeps its greetings there; nothing where there is no store. Each
# sentinel by its own name: after a write all are asked whether the master still is one.
store_values() {
  case $(store_in_use) in
    none) return 0 ;;
    kubernetes) echo '{"kubernetes": {"enabled": true}}' && return ;;
  esac
  jq -n --arg store "$STORE_RELEASE" '([range(3) | "\($store)-\(.).\($store).svc"] | join(",")) as $hosts |
    {redis: {url: "redis+sentinel://{release}@\($hosts)/greeter?prefix=greeter:{release}:", existingSecret: $store}}'
}

# Whether the customer's file itself says where its greetings are kept.
has_own_store() { # NAME
  grep -qE 'persistence|redis|kubernetes' "$CUSTOMER_VALUES/$1.yaml" &&
    helm template "$1" "$REPO/app-chart" --values "$RESULTS/common.json" --values "$CUSTOMER_VALUES/$1.yaml" |
    grep 'name: GREETER_STORE$' >/dev/null
}

store_pods() { kube_store get pods -l "$STORE_PODS" --field-selector status.phase=Running -o name; }
in_store_pod() { kube_store exec "$1" -c redis -- /etc/greeter-store/store.sh "${@:2}"; }

# A changed annotation makes the kubelet look at the pods' Secrets now, not within its usual minute.
hurry_store() { kube_store annotate pods -l "$STORE_PODS" --overwrite "greeter/hurry=$(date +%s%N)" >/dev/null; }

# users_are FILE: whether every pod lets in whom the file lists, lines "USER #HASH", of these users with no other password.
users_are() {
  local pod listed wanted
  wanted=$(sort -u "$1")
  for pod in $(store_pods); do
    listed=$(in_store_pod "$pod" users | grep -Ff <(cut -d ' ' -f 1 "$1" | sort -u | sed 's/$/ /') | sort -u) || true
    [ "$listed" = "$wanted" ] || return 1
  done
}

new_password() { head -c 60 /dev/urandom | base64 -w 0 | tr -d '+/=' | cut -c 1-40; }
hash_of() { printf '%s' "$1" | sha256sum | cut -c 1-64; }
