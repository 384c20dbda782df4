-- Counts this replica. Returns the number of replicas, the generation of what was forgotten, Redis' time in milliseconds, and how many
-- keys replicas seal with that this one does not have.
--
-- KEYS: the replicas by the time of their last heartbeat, in milliseconds; the log of what was forgotten, by generations; the ids of the
-- keys that replicas seal with, by the time of the last heartbeat
-- ARGV: id of this replica; for how many milliseconds a heartbeat counts; ids of this replica's keys, of which the first one seals
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

-- Whatever anyone writes into these keys does not more harm than a missing key.
local function keepSortedSet(key)
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'zset' and kind ~= 'none' then
    redis.call('UNLINK', key)
  end
end

local function record(key, member)
  keepSortedSet(key)
  -- Before what frees memory: a full Redis only refuses the first command of a script that writes.
  redis.call('ZADD', key, string.format('%.0f', now), member)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now - ARGV[2]))
  -- A clock that was set back, or a time that was invented.
  redis.call('ZREMRANGEBYSCORE', key, string.format('(%.0f', now), '+inf')
  redis.call('PEXPIRE', key, ARGV[2] * 2)
  return redis.call('ZCARD', key)
end

local replicas = record(KEYS[1], ARGV[1])
local unknown = record(KEYS[3], ARGV[3])
for i = 3, #ARGV do
  if redis.call('ZSCORE', KEYS[3], ARGV[i]) then
    unknown = unknown - 1
  end
end
keepSortedSet(KEYS[2])
local generation = tonumber(redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2] or '0')
return {replicas, generation, now, unknown}
