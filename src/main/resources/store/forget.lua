-- Has all replicas forget tokens: adds a selector to the log, and sends it to the replicas. A selector is sealed for its generation, so a
-- first call without one asks for the generation.
--
-- KEYS: the log; the replicas by the time of their last heartbeat, in milliseconds; the ids of the keys that replicas seal with, likewise
-- ARGV: the generation, or 0; the selector, sealed for it; the length of the log; the channel; the message; for how many milliseconds a
-- heartbeat counts; ids of this command's keys
--
-- Returns {the number of replicas}, or {-1, the generation to seal for}: another command can have used the one that was asked for; or {-2}
-- if no replica seals with a key of this command: none could open the selector, and all tokens would be dropped.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for _, key in ipairs(KEYS) do
  local kind = redis.call('TYPE', key).ok
  if kind ~= 'zset' and kind ~= 'none' then
    redis.call('UNLINK', key)
  end
end
local since = string.format('%.0f', now / 1000 - ARGV[6])
local known = redis.call('ZCOUNT', KEYS[3], since, '+inf') == 0
for i = 7, #ARGV do
  known = known or tonumber(redis.call('ZSCORE', KEYS[3], ARGV[i]) or '0') >= tonumber(since)
end
if not known then
  return {-2}
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + 3600 * 1000000), '+inf')
local latest = math.floor(tonumber(redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')[2] or '0'))
if tonumber(ARGV[1]) <= math.max(0, latest) then
  return {-1, string.format('%.0f', math.max(now, latest + 1))}
end
redis.call('ZADD', KEYS[1], ARGV[1], ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
redis.call('PUBLISH', ARGV[4], ARGV[5])
return {redis.call('ZCOUNT', KEYS[2], since, '+inf')}
