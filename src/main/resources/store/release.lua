-- Ends the turn of its owner without a token, and wakes those that wait.
--
-- KEYS   1 lock: as in enter.lua, 2 refusal: a string (sealed)
-- ARGV   1 owner, 2 channel, 3 message
--        4 failure, for those that wait; empty for none. 5 how long it is there, in milliseconds
--        6 refusal; empty for none. 7 how long it is remembered, in milliseconds
--
-- Returns 1 if the lock was the owner's.

local owner, channel, message = ARGV[1], ARGV[2], ARGV[3]
local failure, failed_for, refusal, refused_for = ARGV[4], ARGV[5], ARGV[6], ARGV[7]

if refusal ~= '' then
  redis.call('SET', KEYS[2], refusal, 'PX', refused_for)
end
if redis.call('TYPE', KEYS[1]).ok ~= 'hash' then
  return 0
end
local lock = redis.call('HMGET', KEYS[1], 'owner', 'waiting', 'fence')
if lock[1] ~= owner then
  return 0
end
redis.call('UNLINK', KEYS[1])
if lock[2] then
  if failure ~= '' then
    redis.call('HSET', KEYS[1], 'fence', lock[3], 'failure', failure)
    redis.call('PEXPIRE', KEYS[1], failed_for)
  end
  redis.call('PUBLISH', channel, message)
end
return 1
