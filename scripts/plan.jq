# What a deploy would do for each customer: [{customer, wave, action, why, revision}], action being new, changed,
# unchanged or remove, and revision the one that is live (null: none).
# Inputs: $customers (of customers list), $hashes (of sha256sum), $revisions (of kube.sh), each a list with the one
# document; $wanted (a line each), $common, $domain, $force, $all (whether every customer is wanted).

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
  . + if .revision == null then {action: "new"}
  else ($releases[$name] | why($files[$name])) as $why |
    {action: (if $why then "changed" else "unchanged" end), why: $why} end ]
+ [ $releases | to_entries[] | select($all and (.key | in($files) | not) and .value.latest["greeter/domain"] == $domain and
    .value.latest.status != "uninstalled") | {customer: .key, wave: null, revision: .value.live.version, action: "remove"} ]
