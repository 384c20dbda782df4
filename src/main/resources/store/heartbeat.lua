-- Counts this replica. KEYS: replicas with the time of their last heartbeat, generation of forget. ARGV: id of this replica,
-- for how many milliseconds a heartbeat counts. Returns the number of replicas, the generation and Redis' time in milliseconds.
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2] * 2)
return {redis.call('ZCARD', KEYS[1]), tonumber(redis.call('GET', KEYS[2]) or 0) or -1, now}
