-- Has all replicas forget tokens: adds a selector to the log and tells the replicas. Returns the number of replicas.
--
-- KEYS: the generation; the log; the replicas by the time of their last heartbeat, in milliseconds
-- ARGV: the sealed selector; the length of the log; the channel; the message; for how many milliseconds a heartbeat counts
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[2], string.format('(%.0f', now + 3600 * 1000000), '+inf')
local latest = tonumber(redis.call('ZRANGE', KEYS[2], -1, -1, 'WITHSCORES')[2] or '0')
local generation = string.format('%.0f', math.max(now, latest + 1))
redis.call('ZADD', KEYS[2], generation, ARGV[1])
local superfluous = redis.call('ZCARD', KEYS[2]) - ARGV[2]
if superfluous > 0 then
  -- The oldest one that stays counts as everything, for what goes.
  local oldest = redis.call('ZRANGE', KEYS[2], superfluous, superfluous, 'WITHSCORES')[2]
  redis.call('ZREMRANGEBYRANK', KEYS[2], 0, superfluous)
  redis.call('ZADD', KEYS[2], oldest, 'older')
end
redis.call('SET', KEYS[1], generation)
redis.call('PUBLISH', ARGV[3], ARGV[4])
return redis.call('ZCOUNT', KEYS[3], string.format('%.0f', now / 1000 - ARGV[5]), '+inf')
