# shellcheck shell=bash disable=SC2034
# What the scripts that talk to Kubernetes share: which cluster, which releases, how a table looks. Source it after
# lib.sh.

MADE_BY_US=app.kubernetes.io/managed-by=greeter # on namespaces
THROWAWAY_KUBECONFIG=$(cache_dir)/cluster/state/kubeconfig
LONGEST_RELEASE=53                                     # Helm's limit
OPERATOR_RELEASE=${OPERATOR_RELEASE:-greeter-operator} # and its namespace
OPERATED=greeter.parcellab.com/customer                # label of what the operator has made
CUSTOMERS_KIND=customers.greeter.parcellab.com         # of the operator

# Helm takes the context from its environment, kubectl only as an option.
if [ -n "${CONTEXT:-}" ]; then export HELM_KUBECONTEXT=$CONTEXT; fi
kube() { kubectl ${CONTEXT:+--context "$CONTEXT"} "$@"; }
cluster_answers() { kube get --raw /readyz --request-timeout=5s >/dev/null 2>&1; }

# The cluster that KUBECONFIG and CONTEXT name, else the current context's, else the running throwaway one; exit 1
# without one. A context that does not answer is no reason to take another cluster instead.
find_cluster() {
  local context=${CONTEXT:-$(kubectl config current-context 2>/dev/null || true)}
  if [ -n "$context" ] || [ -n "${KUBECONFIG:-}" ]; then
    cluster_answers ||
      die "the cluster of context '$context' does not answer: start it, or choose another with CONTEXT=name or KUBECONFIG=file (kubectl config get-contexts lists them)"
    return 0
  fi
  [ -r "$THROWAWAY_KUBECONFIG" ] || return 1
  export KUBECONFIG=$THROWAWAY_KUBECONFIG
  cluster_answers && return
  unset KUBECONFIG
  return 1
}

need_cluster() {
  find_cluster || die "no Kubernetes cluster: make deploy sets one up, or choose one with KUBECONFIG=file"
}

describe_cluster() {
  kube get nodes -o json | jq -r --arg context "${CONTEXT:-$(kubectl config current-context)}" \
    '"\($context), Kubernetes \(.items[0].status.nodeInfo.kubeletVersion), \(.items | length) node(s)"'
}

is_helm_3() { [[ ${HELM_VERSION:=$(helm version --short)} == v3.* ]]; }

# Every release of our chart that serves, as JSON: [{name, namespace, revision, status, chart, app_version, ...}].
releases() {
  local all=()
  if is_helm_3; then all=(--all); fi # Helm 4 lists every state anyway
  helm list --all-namespaces --max 0 "${all[@]}" --output json |
    jq --arg operator "$OPERATOR_RELEASE" '[.[] | select((.chart | test("^greeter-[0-9]")) and .name != $operator)]'
}

# The operator's customers, a JSON object each; none where nobody has defined what a Customer is. Fails where the cluster
# does not say, as whoever takes that for none touches what is not Helm's: so never call it in <(...), which hides that.
operated() {
  local defined
  defined=$(kube get crd "$CUSTOMERS_KIND" --ignore-not-found -o name) || return 1
  [ -n "$defined" ] || return 0
  kube get "$CUSTOMERS_KIND" -o json | jq -c '.items[]'
}

# Where an instance of a customer is, with a release or without, as JSON: {NAMESPACE: whether the operator made it}.
instances() {
  kube get deployments --all-namespaces -l app.kubernetes.io/name=greeter -L "$OPERATED" --no-headers --ignore-not-found |
    jq -Rn '[inputs | [splits(" +")] | {(.[0]): ((.[6] // "") != "")}] | add // {}'
}

# Every revision of every release as JSON: [{namespace, name, version, status, "greeter/values", ...}], from the labels
# of Helm's Secrets; their data would be megabytes. deploy-customer says what the labels greeter/... are.
revisions() { # [RELEASE]
  kube get secrets --all-namespaces -l "owner=helm${1:+,name=$1}" --show-labels --no-headers --ignore-not-found |
    jq -Rn '[inputs | [splits(" +")] | {namespace: .[0]} + (.[-1] | split(",") | map(split("=") | {(.[0]): .[1]}) | add) |
      select(.name == .namespace) | .version |= tonumber]'
}

# of FILTER: the customers of the plan in RESULTS for which it holds.
of() { jq -r ".[] | select($1) | .customer" "$RESULTS/plan.json"; }

# What a release's label greeter/domain says: DOMAIN, or SITE for one that is no customer's; a label has 63 characters at most.
domain_label() {
  local label=${SITE:-$DOMAIN}
  printf '%s' "${label:0:63}" | sed 's/[.-]*$//'
}

# What all releases have in common: the chart, but for what only describes it, and the common values.
common_hash() { # COMMON.JSON STORE.JSON
  (cd "$REPO/app-chart" && find Chart.yaml values.yaml templates -type f | LC_ALL=C sort | xargs sha256sum && cat "$@" | sha256sum) |
    sha256sum | cut -c 1-40
}

# A namespace of ours carries the pod-security labels; one that somebody else made keeps its own.
make_namespace() { # NAME
  local phase made_by
  read -r phase made_by < <(kube get namespace "$1" --ignore-not-found \
    -o 'jsonpath={.status.phase} {.metadata.labels.app\.kubernetes\.io/managed-by}{"\n"}') || true
  if [ "$phase" = Terminating ]; then
    kube wait --for=delete "namespace/$1" --timeout=120s >/dev/null
    phase=
  fi
  if [ -n "$phase" ] && [ "$made_by" != "${MADE_BY_US#*=}" ]; then return; fi
  jq -n --arg name "$1" '"pod-security.kubernetes.io/" as $security | {apiVersion: "v1", kind: "Namespace",
    metadata: {name: $name, labels: ({"app.kubernetes.io/managed-by": "greeter"} +
      ({enforce: "restricted", audit: "restricted", warn: "restricted"} | with_entries(.key |= $security + .)))}}' |
    kube apply --server-side --force-conflicts -f - >/dev/null
}

# An interrupted run leaves its revision pending, and Helm then refuses every other. Forgetting that revision is
# enough: the next one compares with the last that was finished, and adopts what is there.
forget_unfinished() { # RELEASE
  local pending
  pending=$(kube -n "$1" get secrets -l "owner=helm,name=$1,status in (pending-install,pending-upgrade,pending-rollback)" -o name) || return 1
  [ -n "$pending" ] || return 0
  say "$1: an earlier deploy was interrupted: recovering"
  xargs kubectl ${CONTEXT:+--context "$CONTEXT"} -n "$1" delete <<<"$pending" >/dev/null
}

# A changed annotation makes the kubelet look at the pod now: a changed greeting is there within seconds, not within
# its usual minute. The pods do not restart.
hurry_config() { # CUSTOMER
  local selector=app.kubernetes.io/name=greeter,app.kubernetes.io/instance=$1 version
  if ! { version=$(kube -n "$1" get configmaps -l "$selector" -o 'jsonpath={.items[*].metadata.resourceVersion}') &&
    kube -n "$1" annotate pods -l "$selector" --overwrite "greeter/config-version=$version" >/dev/null; }; then
    warn "$1: a changed greeting may take a minute to be live"
  fi
}

# One at a time changes releases, so that a release found half done is known to be left over.
lock_deploys() {
  exec 9>"$(cache_dir)/deploy.lock"
  flock --nonblock 9 || { say "waiting for another make deploy or rollback to finish ..." && flock 9; }
}

# What every customer's release gets before the customer's own file is read.
common_values() { # IMAGE, which may be empty
  jq -n --arg domain "$DOMAIN" --arg image "$1" '{domain: $domain} + (if $image == "" then {} else
    ($image | capture("^(?<repository>.+):(?<tag>[^:/]+)$")) as $parts | {image: $parts} end)'
}

# table: lines of tab-separated fields become aligned columns.
table() {
  awk -F '\t' '{ line[NR] = $0; for (i = 1; i <= NF; i++) if (length($i) > width[i]) width[i] = length($i) }
    END { for (n = 1; n <= NR; n++) { fields = split(line[n], f, FS); text = ""
      for (i = 1; i < fields; i++) text = text sprintf("%-" width[i] "s  ", f[i])
      print text f[fields] } }'
}

# confirm QUESTION: goes on only after a yes, on the terminal or by YES=1.
confirm() {
  [ "${YES:-}" = 1 ] && return
  [ -t 0 ] || die "$1 Nobody is there to answer: run it again with YES=1"
  local answer
  read -r -p "$1 [y/N] " answer
  [[ $answer == [yY]* ]] || die "nothing done"
}
