#include "store/redis/scripts.hpp"

namespace greeter::redis {

// A confirm writes something, whatever it is: WAIT waits for what the connection wrote last, and so for all before it.
// Redis runs a script to its end or not at all: what it might refuse (memory, replicas, disk) it refuses at the first
// write. Another term means another master, to which some of the last one's writes may not have come: revisions that
// these were given must not be given again.
std::string_view write_script() {
  return R"lua(
local greetings, changes, state = KEYS[1], KEYS[2], KEYS[3]
local known = redis.call('HMGET', state, 'sequence', 'time', 'forgotten', 'term')
local clock = redis.call('TIME')
local now = math.max(tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000), tonumber(known[2] or '0'))
local function text(number) return string.format('%.0f', number) end
local sequence, forgotten = tonumber(known[1] or text(now)), tonumber(known[3] or '0')
if known[4] and known[4] ~= ARGV[1] then sequence = sequence + tonumber(ARGV[2]) end
local before = sequence

local results, confirmed = {}, false
for i = 5, #ARGV, 4 do
  local kind, key, expected, content = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3]
  local value = redis.call('HGET', greetings, key)
  local revision, created = '0', text(now)
  if value then revision, created = string.match(value, '^(%d+) (%d+) ') end
  if expected ~= '' and expected ~= revision then
    results[#results + 1] = {'conflict', revision}
  elseif kind == 'erase' and not value then
    results[#results + 1] = {'missing'}
  elseif kind == 'confirm' then
    confirmed = true
    results[#results + 1] = {'done', revision, value or ''}
  else
    sequence = sequence + 1
    if kind == 'put' then
      value = text(sequence) .. ' ' .. created .. ' ' .. text(now) .. ' ' .. content
      redis.call('HSET', greetings, key, value)
    else
      redis.call('HDEL', greetings, key)
    end
    redis.call('XADD', changes, text(sequence) .. '-0', 'kind', kind, 'key', key, 'value', value, 'time', text(now))
    results[#results + 1] = {'done', text(sequence), value}
  end
end
if sequence == before then
  if confirmed then redis.call('HSET', state, 'confirmed', text(now)) end
  return results
end

-- Now and then, and then no faster than they are made, changes are forgotten that are too old or too many.
if math.floor(sequence / 64) ~= math.floor(before / 64) then
  local excess = redis.call('XLEN', changes) - tonumber(ARGV[4])
  local oldest = redis.call('XRANGE', changes, '-', '+', 'COUNT', 1000 + 2 * (sequence - before))
  for i, entry in ipairs(oldest) do
    if i > excess and tonumber(entry[2][8]) + tonumber(ARGV[3]) >= now then break end
    forgotten = tonumber(string.match(entry[1], '^%d+'))
  end
  redis.call('XTRIM', changes, 'MINID', text(forgotten + 1) .. '-0')
end
redis.call('HSET', state, 'sequence', text(sequence), 'time', text(now), 'forgotten', text(forgotten), 'term', ARGV[1])
return results
)lua";
}

// The number is set in each case: WAIT then waits for that, and so for the counts before it.
std::string_view visits_script() {
  return R"lua(
local counted = tonumber(redis.call('GET', KEYS[1]) or '0')
redis.call('SET', KEYS[1], string.format('%.0f', math.max(counted, tonumber(ARGV[1]))), 'EX', 172800)
if tonumber(ARGV[1]) <= counted then return 0 end
for i = 3, #ARGV, 3 do redis.call('HINCRBY', KEYS[tonumber(ARGV[i])], ARGV[i + 1], ARGV[i + 2]) end
if ARGV[2] == '' then return 1 end
for k = 2, #KEYS do
  local all = redis.call('HGETALL', KEYS[k])
  for i = 1, #all, 2 do
    local day, greeting = string.match(all[i], '^([^/]*)(/.*)$')
    if day ~= '1970-01-01' and day < ARGV[2] then
      redis.call('HINCRBY', KEYS[k], '1970-01-01' .. greeting, all[i + 1])
      redis.call('HDEL', KEYS[k], all[i])
    end
  end
end
return 1
)lua";
}

} // namespace greeter::redis
