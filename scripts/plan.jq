# What a deploy would do for each customer: [{customer, wave, action, why, revision, there}], action being new, changed,
# unchanged, remove, operator (which looks after it alone), or retained (which the operator has let go of, and nobody has
# taken over), and revision the one that is live (null: none). there: a new one has an instance already.
# Inputs: $customers (of customers list), $hashes (of sha256sum), $revisions (of kube.sh), each a list with the one
# document; $operated (the Customers); $instances (of kube.sh); $wanted (a line each), $common, $domain, $force, $take
# (1: TAKE_OWNERSHIP), $all (whether every customer is wanted).

def why($file):
  if .latest.status != "deployed" then "unfinished"
  elif .latest["greeter/values"] != $file then "values"
  elif .latest["greeter/common"] != $common then "common"
  elif .latest["greeter/verified"] == null then "unverified"
  elif $force == "1" then "forced"
  else null end;

($wanted | split("\n") | map(select(. != ""))) as $wanted |
($hashes | split("\n") | map(select(. != "") | {(.[66:] | sub(".*/"; "") | rtrimstr(".yaml")): .[:40]}) | add) as $files |
($revisions[0] | group_by(.name) | map({key: .[0].name, value: {
  latest: max_by(.version), live: (map(select(.status == "deployed")) | max_by(.version))}}) | from_entries) as $releases |
[ $customers[0][] | select(.customer | IN($wanted[])) | .customer as $name |
  {customer: $name, wave, revision: $releases[$name].live.version} |
  . + if $name | IN($operated[].metadata.name) then {action: "operator"}
  elif .revision == null and $instances[0][$name] and $take != "1" then {action: "retained"}
  elif .revision == null then {action: "new", there: ($instances[0] | has($name))}
  else ($releases[$name] | why($files[$name])) as $why |
    {action: (if $why then "changed" else "unchanged" end), why: $why} end ]
+ [ $releases | to_entries[] | select($all and (.key | in($files) | not) and .value.latest["greeter/domain"] == $domain and
    .value.latest.status != "uninstalled") | {customer: .key, wave: null, revision: .value.live.version, action: "remove"} ]
