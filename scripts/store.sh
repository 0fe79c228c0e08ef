# shellcheck shell=bash
# What the scripts share that look after the store of `make deploy STORE=redis`. Source it after kube.sh.

STORE_RELEASE=${STORE_RELEASE:-greeter-store} # and its namespace
STORE_PODS=app.kubernetes.io/name=greeter-store,app.kubernetes.io/instance=$STORE_RELEASE

kube_store() { kube -n "$STORE_RELEASE" "$@"; }
store_exists() { [ -n "$(kube_store get statefulset "$STORE_RELEASE" --ignore-not-found -o name 2>/dev/null)" ]; }

# redis or none: the store this deploy gives customers. What STORE says; else that of the one before, which
# a label tells.
store_in_use() {
  if [ -n "${STORE:-}" ]; then
    echo "$STORE"
  elif store_exists && [ "$(kube get namespace "$STORE_RELEASE" --ignore-not-found -o 'jsonpath={.metadata.labels.greeter/store}')" = used ]; then
    echo redis
  else
    echo none
  fi
}

# Notes which store later deploys go on with.
remember_store() { # redis or none
  local redis=unused
  if [ "$1" = redis ]; then redis=used; fi
  if store_exists; then kube label namespace "$STORE_RELEASE" --overwrite "greeter/store=$redis" >/dev/null; fi
}

# What a release gets, besides the common values, that keeps its greetings there; nothing where there is no store. Each
# sentinel by its own name: after a write all are asked whether the master still is one.
store_values() {
  [ "$(store_in_use)" = redis ] || return 0
  jq -n --arg store "$STORE_RELEASE" '([range(3) | "\($store)-\(.).\($store).svc"] | join(",")) as $hosts |
    {redis: {url: "redis+sentinel://{release}@\($hosts)/greeter?prefix=greeter:{release}:", existingSecret: $store}}'
}

# Whether the customer's file itself says where its greetings are kept.
has_own_store() { # NAME
  grep -qE 'persistence|redis' "$CUSTOMER_VALUES/$1.yaml" &&
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
