-- For wrk: what to send, by the argument after "--", and one line of JSON at the end.
--   (none)       GET /
--   pipeline N   N requests at once
--   hosts N      GET / of customer-0000.parcellab.com and so on, N customers in turn: a request chosen for every send

local function pipeline(count)
  local one = wrk.format("GET", "/")
  -- wrk.init makes the request that every send repeats with wrk.format.
  wrk.format = function() return string.rep(one, count) end
end

local function hosts(count)
  local requests, at = {}, math.random(count)
  for i = 1, count do
    requests[i] = wrk.format("GET", "/", {Host = string.format("customer-%04d.parcellab.com", i - 1)})
  end
  request = function()
    at = at % count + 1
    return requests[at]
  end
end

function init(args)
  if args[1] == "pipeline" then pipeline(tonumber(args[2])) end
  if args[1] == "hosts" then hosts(tonumber(args[2])) end
end

function done(summary, latency, _)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "bytes": %d, "p50_us": %d, "p99_us": %d, "p999_us": %d, ' ..
    '"connect": %d, "read": %d, "write": %d, "status": %d, "timeout": %d}\n',
    summary.requests, summary.duration, summary.bytes,
    latency:percentile(50), latency:percentile(99), latency:percentile(99.9),
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
end
