-- Finds a shared token, or decides which replica requests it from Lean, in one step.
--
-- KEYS   1 token      hash: entry (sealed), fence; expires with the token
--        2 lock       hash: owner, fence, waiting; expires with the lease. After a failure for a moment: fence, failure (sealed)
--        3 refusal of the credentials, 4 refusal of the credentials for this scope: strings (sealed)
-- ARGV   1 owner      of the lock, if it is taken
--        2 lease      milliseconds
--        3 minimum    remaining life of the token, in milliseconds
--        4 youngest   empty, or the age in microseconds that the token must not have reached
--        5 waited     empty, or the fence of a call that the caller waited for: its token is always good enough, and its
--                     failure is the caller's
--        6 excluded   empty, or the fence of a token that the caller found unusable
--        7 believed   what is believed: 1 a refusal in KEYS[3], 2 one in KEYS[4], 4 a failure; or the sum of some
--        8 waits      1 if the caller waits for the owner of the lock
--        9 largest    length of an entry
--       10 latest     empty, or the time until which the caller waits for the answer, in microseconds
--
-- Returns {'token', time, entry, fence}, {'refused', time, which, refusal}, {'failed', time, fence, failure},
-- {'held', time, fence, milliseconds}, {'late', time} or {'lead', time, fence, flaw, entry, fence of the entry}. A fence says
-- which of two calls to Lean started later. It is the time of Redis in microseconds, which a later call for the same token always
-- exceeds.
--
-- Others may write these keys: whatever type, size, number or expiry they have, it must not do more harm than a missing key.

local owner, lease, minimum, youngest, waited = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), ARGV[4], ARGV[5]
local excluded, believed, waits, largest = ARGV[6], tonumber(ARGV[7]), ARGV[8], tonumber(ARGV[9])

local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]

-- A Redis that was stopped still reads what it was sent before. A lock that it takes now would belong to no one.
if ARGV[10] ~= '' and now > tonumber(ARGV[10]) then
  return {'late', string.format('%.0f', now)}
end

local function text(number)
  return string.format('%.0f', number)
end

-- How far a fence may be ahead of the clock: after a step back of the clock, fences still grow.
local function fence_of(field)
  local number = tonumber(field or '')
  if number and number > 0 and number <= now + 5000000 then
    return math.floor(number)
  end
  return 0
end

local flaw = ''
local function is(key, wanted)
  local kind = redis.call('TYPE', key).ok
  if kind ~= wanted and kind ~= 'none' then
    redis.call('UNLINK', key)
    flaw = 'type'
  end
  return kind == wanted
end

local entry, stored, fence = false, false, 0
if is(KEYS[1], 'hash') then
  local size = redis.call('HSTRLEN', KEYS[1], 'entry')
  if size == 0 or size > largest or redis.call('HSTRLEN', KEYS[1], 'fence') > 20 then
    redis.call('UNLINK', KEYS[1])
    flaw = 'size'
  else
    local fields = redis.call('HMGET', KEYS[1], 'entry', 'fence')
    entry, stored = fields[1], fields[2] or ''
    fence = fence_of(stored)
  end
end

if entry and stored == excluded then
  entry = false
end
if entry then
  local left = redis.call('PTTL', KEYS[1])
  local good = left < 0 or left >= minimum
  if good and youngest ~= '' then
    good = fence > now - tonumber(youngest)
  end
  if good or waited ~= '' and fence >= tonumber(waited) then
    return {'token', text(now), entry, stored}
  end
end

for which = 1, 2 do
  local key = KEYS[2 + which]
  if math.floor(believed / which) % 2 == 1 and is(key, 'string') then
    if redis.call('STRLEN', key) <= largest then
      return {'refused', text(now), which, redis.call('GET', key)}
    end
    redis.call('UNLINK', key)
  end
end

if is(KEYS[2], 'hash') then
  local left = redis.call('PTTL', KEYS[2])
  local stated = redis.call('HSTRLEN', KEYS[2], 'fence') <= 20 and redis.call('HGET', KEYS[2], 'fence') or ''
  local size = redis.call('HSTRLEN', KEYS[2], 'failure')
  if left > 0 and left <= lease and size <= largest then
    if size == 0 then
      if waits == '1' then
        redis.call('HSET', KEYS[2], 'waiting', 1)
      end
      return {'held', text(now), text(fence_of(stated)), left}
    end
    if waited ~= '' and math.floor(believed / 4) % 2 == 1 and fence_of(stated) >= tonumber(waited) then
      return {'failed', text(now), stated, redis.call('HGET', KEYS[2], 'failure')}
    end
  end
  redis.call('UNLINK', KEYS[2])
end

local mine = text(math.max(now, fence + 1))
redis.call('HSET', KEYS[2], 'owner', owner, 'fence', mine)
redis.call('PEXPIRE', KEYS[2], lease)
return {'lead', text(now), mine, flaw, entry or '', stored or ''}
