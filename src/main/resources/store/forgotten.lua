-- Returns what was forgotten since the generation that a replica knows: the latest generation, then each selector with its generation.
-- If Redis has lost its data, the generation starts from the latest one that a replica knows. Replicas that do not know that one have
-- missed what it was for, and forget everything.
--
-- KEYS: the log, a sorted set of selectors by their generations
-- ARGV: the generation that this replica knows; 0 at first
local time = redis.call('TIME')
-- A generation is a time in microseconds. A later one was not written by this service, and would hide all that follow.
local limit = time[1] * 1000000 + time[2] + 3600 * 1000000
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', limit), '+inf')
local known = tonumber(ARGV[1])
if known > limit then
  known = 0
end
local latest = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or '0')
if latest < known then
  redis.call('ZADD', KEYS[1], string.format('%.0f', known), 'lost')
  latest = known
end
local reply = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', known), '+inf', 'WITHSCORES')
table.insert(reply, 1, string.format('%.0f', latest))
return reply
