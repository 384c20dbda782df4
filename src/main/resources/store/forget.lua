-- Has all replicas forget tokens: adds a selector to the log and tells the replicas. Returns the number of replicas.
--
-- KEYS: the log; the replicas by the time of their last heartbeat, in milliseconds
-- ARGV: the sealed selector; the length of the log; the channel; the message; for how many milliseconds a heartbeat counts
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + 3600 * 1000000), '+inf')
local latest = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or '0')
local generation = string.format('%.0f', math.max(now, latest + 1))
redis.call('ZADD', KEYS[1], generation, ARGV[1])
local superfluous = redis.call('ZCARD', KEYS[1]) - ARGV[2]
if superfluous > 0 then
  -- The oldest one that stays counts as everything, for what goes.
  local oldest = redis.call('ZRANGE', KEYS[1], superfluous, superfluous, 'WITHSCORES')[2]
  redis.call('ZREMRANGEBYRANK', KEYS[1], 0, superfluous)
  redis.call('ZADD', KEYS[1], oldest, 'older')
end
redis.call('PUBLISH', ARGV[3], ARGV[4])
return redis.call('ZCOUNT', KEYS[2], string.format('%.0f', now / 1000 - ARGV[5]), '+inf')
