-- Returns what was forgotten since a generation: the latest generation, the time of Redis, then each selector with its generation. A
-- selector that is too long is empty.
-- If Redis has lost what this replica knows, the latest generation that it knows is restored, with a selector of all tokens: replicas that
-- do not know that generation have missed what it was for.
--
-- KEYS: the log, a sorted set of selectors by their generations
-- ARGV: the generation up to which this replica has read; the latest one that it knows; the selector of all tokens, sealed for that one;
-- the length of the log; the length of a selector
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
-- A generation is a time in microseconds. A later one was not written by this service, and would hide all that follow.
local limit = now + 3600 * 1000000
local start, known, length, longest = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])

-- Whatever anyone writes into this key does not more harm than a missing key.
local kind = redis.call('TYPE', KEYS[1]).ok
if kind ~= 'zset' and kind ~= 'none' then
  redis.call('UNLINK', KEYS[1])
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', limit), '+inf')
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', 0)
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -length - 1)

local latest = tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or '0')
if latest < start then
  -- The start was invented, or entries were lost.
  start = 0
end
if latest < known and known <= limit then
  redis.call('ZADD', KEYS[1], string.format('%.0f', known), ARGV[3])
end

local reply = {'', string.format('%.0f', now)}
latest = start
local found = redis.call('ZRANGEBYSCORE', KEYS[1], string.format('(%.0f', start), '+inf', 'WITHSCORES')
for i = 1, #found, 2 do
  local generation = tonumber(found[i + 1])
  if generation % 1 == 0 then
    latest = generation
    table.insert(reply, #found[i] <= longest and found[i] or '')
    table.insert(reply, string.format('%.0f', generation))
  else
    redis.call('ZREM', KEYS[1], found[i])
  end
end
reply[1] = string.format('%.0f', latest)
return reply
