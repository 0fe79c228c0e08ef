# One line of tab-separated fields for each customer, deployed or not. Inputs: $releases, $deployments, $ingresses (each
# a list with the one document), $files (the customers that have a file, a line each), $operated (the Customers).

def of($list; $release):
  [$list[0].items[] | select(.metadata.namespace == $release.namespace and
    .metadata.labels["app.kubernetes.io/instance"] == $release.name)][0];

def state($release; $deployment; $has_file):
  [ if $release.status != "deployed" then $release.status
    elif ($deployment.status.readyReplicas // 0) < ($deployment.spec.replicas // 0) then "not ready"
    else "deployed" end,
    if $has_file then empty else "no file of that name" end ] | join(", ");

($files | split("\n") | map(select(. != ""))) as $files |
$releases[0] as $all |
[ $all[] | select(.name | IN($operated[].metadata.name) | not) | . as $release | of($deployments; .) as $deployment | of($ingresses; .) as $ingress |
  [ .name, .namespace, ($ingress.spec.rules[0].host // "-"),
    "\($deployment.status.readyReplicas // 0)/\($deployment.spec.replicas // 0)",
    ($deployment.spec.template.spec.containers[0].image // "-"), .chart,
    state($release; $deployment; .name | IN($files[])) ] ]
+ [ $operated[] | [ .metadata.name, .status.namespace // "-", .status.hosts[0]? // "-", .status.replicas // "-", "-", "-",
    "operator: " + ((.status.conditions[]? | select(.type == "Ready") | if .status == "True" then "ready" else .reason end) // "not seen yet") ] ]
+ [ $files[] | select(IN($all[].name, $operated[].metadata.name) | not) | [., "-", "-", "-", "-", "-", "not deployed"] ]
| sort | .[] | @tsv
