-- Shares a token, ends the turn of its owner, and wakes those that wait.
--
-- KEYS   1 token, 2 lock: as in enter.lua
-- ARGV   1 owner, 2 fence, 3 entry, 4 the remaining life in milliseconds, 5 channel, 6 message
--
-- Returns 1 if the token was stored; 0 if one of a later call was there already.

local owner, mine, entry, life, channel, message = ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4], ARGV[5], ARGV[6]

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

local function fence_of(key)
  local number = redis.call('TYPE', key).ok == 'hash' and tonumber(redis.call('HGET', key, 'fence') or '')
  return number and number <= now + 5000000 and number or 0
end

local stored = 0
if mine >= fence_of(KEYS[1]) then
  -- Removes other types and fields, and any expiry.
  redis.call('UNLINK', KEYS[1])
  redis.call('HSET', KEYS[1], 'entry', entry, 'fence', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], life)
  stored = 1
end

-- Without its lock, which has expired, others may wait for another call.
local notified = true
if redis.call('TYPE', KEYS[2]).ok == 'hash' then
  local lock = redis.call('HMGET', KEYS[2], 'owner', 'waiting')
  if lock[1] == owner then
    redis.call('UNLINK', KEYS[2])
    notified = lock[2]
  end
end
if notified then
  redis.call('PUBLISH', channel, message)
end
return stored
