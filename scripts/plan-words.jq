# The plan for people: a line that counts, then what happens in which wave. $words: lines of customers diff.

def count($action): map(select(.action == $action)) | length;
def names: map(.customer) | if length > 8 then "\(length) customers" else join(" ") end;
def because: {common: "another chart, image, domain or store", unverified: "not known to answer rightly yet",
  forced: "FORCE=1"}[.];

($words | split("\n") | map(select(. != "") | {customer: sub(":.*"; ""), line: .}) | group_by(.customer) |
  map({(.[0].customer): map(.line)}) | add // {}) as $lines |
"\(count("new")) new, \(count("changed")) changed, \(count("unchanged")) unchanged, \(count("remove")) without a file",
( map(select(.action == "new" or .action == "changed")) | group_by(.wave)[] | .[0].wave as $wave |
  ( ( .[] | select(.why | IN("common", "unverified", "forced") | not) |
      ($lines[.customer] // ["\(.customer): \(if .why == "unfinished" then "its last deploy was not finished" else "only comments or order" end)"])[] ),
    ( map(select(.why | IN("common", "unverified", "forced"))) | group_by(.why)[] | "\(names): \(.[0].why | because)" ) ) |
  "  wave \($wave)  \(.)" ),
( map(select(.action == "operator")) | if . == [] then empty else
    "  operator  \(names): run by the operator, see scripts/customer-object" end ),
( map(select(.action == "retained")) | if . == [] then empty else
    "  retained  \(names): the operator has let go of it, and it stays as it is; TAKE_OWNERSHIP=1 make deploy CUSTOMER=... makes it Helm's" end ),
( map(select(.action == "remove")) | if . == [] then empty else
    "  no file  \(names): stays until REMOVE=1 make deploy, or make undeploy CUSTOMER=..." end )
