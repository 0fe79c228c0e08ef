# shellcheck shell=bash
# What the scripts share that bring a customer's objects from Helm to the operator, or back. Source it after kube.sh.
# Either of them takes away, as it applies, the fields that it has applied before and no longer does. So whoever gets the
# objects is first made the owner of all that the other one applied, and what only the other one had is removed at the end.

BY_HELM=helm BY_OPERATOR=greeter-operator # as managers of fields

# Every kind of which a namespace may have objects.
kinds() { kube api-resources --namespaced --verbs=list,patch,delete -o name | grep -vxE 'endpoints|events.*' | paste -sd ,; }

# What Helm or the operator has applied for a customer, as a stream of JSON; not what controllers make of it, which has
# the same labels, nor Secrets, of which the operator applies none.
applied_objects() { # NAME [SELECTOR]
  local kinds
  kinds=$(kinds) || return 1
  kube -n "$1" get "$kinds" -l "${2:-app.kubernetes.io/instance=$1}" --show-managed-fields -o json |
    jq -c --arg helm "$BY_HELM" --arg operator "$BY_OPERATOR" '.items[] | select(.kind != "Secret" and .metadata.ownerReferences == null and
      any(.metadata.managedFields[]?; .manager == $helm or (.manager == $operator and .operation == "Apply")))'
}

# hand_over NAME FROM TO: what one has applied is from now on as if the other one had. Controllers that write a status
# meanwhile are not waited for: at most their entry is an older one until they write again.
hand_over() {
  local kind name patch
  applied_objects "$1" | jq -r --arg from "$2" --arg to "$3" '
    .metadata.managedFields as $entries |
    [$entries[] | select(.subresource == null and (.manager == $from or (.manager == $to and .operation == "Apply")))] as $taken |
    select(any($taken[]; .manager == $from)) |
    (reduce $taken[] as $one ({}; . * $one) | .manager = $to | .operation = "Apply") as $all |
    (.apiVersion | split("/") | if length == 1 then "" else ".\(.[1]).\(.[0])" end) as $group |
    ["\(.kind)\($group)", .metadata.name, ({metadata: {managedFields: [$all, ($entries - $taken)[]]}} | tojson)] | join("\t")' |
    while IFS=$'\t' read -r kind name patch; do
      kube -n "$1" patch "$kind" "$name" --type=merge --patch "$patch" >/dev/null || return 1
    done
}

# Documents in YAML on stdin, as a stream of JSON.
as_json() { kubectl annotate --local -f - --overwrite greeter/as=json -o json; }
release_objects() { helm get manifest "$1" --namespace "$1" | as_json; } # NAME

# remove_all_but NAME WANTED: of the objects on stdin those that are not in the file, both streams of JSON, but for what is
# to outlast whoever made it.
remove_all_but() {
  local list
  list=$(jq -s --slurpfile wanted "$2" 'def key: [.kind, .metadata.name]; [$wanted[] | key] as $wanted |
    map(select((key | IN($wanted[]) | not) and .metadata.annotations["helm.sh/resource-policy"] != "keep")) |
    if . == [] then empty else {apiVersion: "v1", kind: "List", items: .} end') || return 1
  [ -z "$list" ] || kube -n "$1" delete -f - --ignore-not-found <<<"$list" >/dev/null
}

# The way back to Helm, of a customer that has no object any more: before Helm applies what it has, and after it.
begin_return() { # NAME
  kube -n "$1" delete resourcequotas -l "$OPERATED=$1" >/dev/null && hand_over "$1" "$BY_OPERATOR" "$BY_HELM"
}
end_return() { # NAME
  local kinds release
  release=$(release_objects "$1") || return 1
  applied_objects "$1" "$OPERATED=$1" | remove_all_but "$1" <(cat <<<"$release") || return 1
  kinds=$(kinds) || return 1
  kube -n "$1" label "$kinds" -l "$OPERATED=$1" "$OPERATED-" >/dev/null && kube label namespace "$1" "$OPERATED-" >/dev/null
}
