-- What the scripts of the budget have in common.
-- KEYS[1]: the calls that count, a sorted set by the time until which they do.
-- KEYS[2]: their numbers by kind and when they were counted, the last loan, until when the next call is kept for sharers within
--   their share, and until when calls that were lost would count.
-- A call is <sharer>:<t for a try, else ->:<o for an optional one, else ->:<replica>.<id>:<b for a borrowed one, else ->.
-- All times are in microseconds, by the clock of this server.

local calls, numbers = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- Lua's own text has 14 digits, which is less than a time has.
local function text(number)
  return string.format('%.0f', number)
end

-- Others may write these keys: whatever they hold must do no more harm than missing keys, and for a window at most.
local function require_type(key, wanted)
  local kind = redis.call('TYPE', key).ok
  if kind ~= wanted and kind ~= 'none' then
    redis.call('UNLINK', key)
  end
end

require_type(calls, 'zset')
require_type(numbers, 'hash')

-- Returns 0 for what this service does not write.
local function get(field)
  local number = tonumber(redis.call('HGET', numbers, field) or 0)
  return number and number >= 0 and number < 2 ^ 53 and number or 0
end

-- Returns the numbers of which a call is part.
local function kinds(call)
  local sharer, try, optional, replica, borrowed = string.match(call, '^([^:]*):(.):(.):([^.:]*)[^:]*:(.)$')
  if not sharer then
    -- Not written by this service.
    return { 'all' }
  end
  local fields = { 'all', 'calls ' .. sharer, 'replica ' .. replica }
  if try == 't' then fields[#fields + 1] = 'tries' end
  if optional == 'o' then fields[#fields + 1] = 'optional' end
  if borrowed == 'b' then
    fields[#fields + 1] = 'borrowed'
    fields[#fields + 1] = 'borrowed ' .. sharer
  end
  return fields
end

local function count(call, change)
  for _, field in ipairs(kinds(call)) do
    local number = get(field) + change
    if number > 0 then
      redis.call('HSET', numbers, field, text(number))
    else
      redis.call('HDEL', numbers, field)
    end
  end
end

local function keep(window, longest)
  local millis = text((window + longest) / 1000)
  redis.call('PEXPIRE', calls, millis)
  redis.call('PEXPIRE', numbers, millis)
end

-- Counts the calls anew, and drops times that are too far in the future.
local function recount(window, longest)
  local lost, reserved, loan_at, loan_next = get('lost'), get('reserved'), get('loan at'), get('loan next')
  local before_at, before_next, by = get('loan before at'), get('loan before next'), redis.call('HGET', numbers, 'loan by')
  redis.call('DEL', numbers)
  local sums = {}
  for _, call in ipairs(redis.call('ZRANGE', calls, 0, -1)) do
    for _, field in ipairs(kinds(call)) do
      sums[field] = (sums[field] or 0) + 1
    end
  end
  sums['counted at'] = now
  sums['lost'] = math.min(lost, now + window + longest)
  if reserved <= now + window + longest then
    sums['reserved'] = reserved
  end
  if loan_at <= now then
    sums['loan at'], sums['loan next'] = loan_at, math.min(loan_next, now + window)
    sums['loan before at'], sums['loan before next'] = math.min(before_at, now), math.min(before_next, now + window)
    if by then redis.call('HSET', numbers, 'loan by', by) end
  end
  for field, number in pairs(sums) do
    redis.call('HSET', numbers, field, text(number))
  end
  keep(window, longest)
end

-- Drops the calls that no longer count. Returns how many do.
local function advance(window, longest)
  local latest = redis.call('ZRANGE', calls, -1, -1, 'WITHSCORES')[2]
  if latest and (tonumber(latest) or math.huge) > now + window + longest then
    -- The clock has been set back: without this, calls would count for as long as it was.
    for _, call in ipairs(redis.call('ZRANGEBYSCORE', calls, text(now + window + longest), '+inf')) do
      redis.call('ZADD', calls, text(now + window + longest), call)
    end
  end
  for _, call in ipairs(redis.call('ZRANGEBYSCORE', calls, '-inf', text(now))) do
    redis.call('ZREM', calls, call)
    count(call, -1)
  end
  local all = redis.call('ZCARD', calls)
  local counted = get('counted at')
  if all ~= get('all') or counted > now or counted <= now - window * math.max(1, all / 1000) then
    -- One of the keys was lost, as under an eviction policy, or the clock was set back; or someone may have changed the numbers.
    -- With 20,000 calls, this can take longer than callers wait, so it is done less often then.
    recount(window, longest)
  end
  return all
end
