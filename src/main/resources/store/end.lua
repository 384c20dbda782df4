-- Ends a call: it counts for a window from now on, also if it was made without asking; or no longer, if it was not made.
-- ARGV: the call without its last part, window, the longest call, for how long it counts or 0.

local call, window, longest, rest = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
advance(window, longest)

local member = call .. ':b'
local known = redis.call('ZSCORE', calls, member)
if not known then
  member = call .. ':-'
  known = redis.call('ZSCORE', calls, member)
end

if rest > 0 then
  redis.call('ZADD', calls, text(now + rest), member)
  if not known then
    count(member, 1)
  end
  keep(window, longest)
elseif known then
  redis.call('ZREM', calls, member)
  count(member, -1)
  -- A call comes back earlier than the one that is kept.
  redis.call('HDEL', numbers, 'reserved')
  if string.sub(member, -1) == 'b' and redis.call('HGET', numbers, 'loan by') == call then
    redis.call('HSET', numbers, 'loan at', text(get('loan before at')), 'loan next', text(get('loan before next')))
    redis.call('HDEL', numbers, 'loan by')
  end
end
return 1
