-- What the scripts of the budget have in common.
-- KEYS[1]: the calls that count, a sorted set by the time until which they do.
-- KEYS[2]: their numbers by kind, the last loan, and until when the next call is kept for sharers within their share.
-- A call is <sharer>:<t for a try, else ->:<o for an optional one, else ->:<replica>.<id>:<b for a borrowed one, else ->.
-- All times are in microseconds, by the clock of this server.

local calls, numbers = KEYS[1], KEYS[2]
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]

-- Lua's own text has 14 digits, which is less than a time has.
local function text(number)
  return string.format('%.0f', number)
end

local function add(field, number)
  if redis.call('HINCRBY', numbers, field, number) == 0 then
    redis.call('HDEL', numbers, field)
  end
end

local function count(call, number)
  add('all', number)
  local sharer, try, optional, replica, borrowed = string.match(call, '^([^:]*):(.):(.):([^.:]*)[^:]*:(.)$')
  if not sharer then
    -- Not written by this service.
    return
  end
  add('calls ' .. sharer, number)
  add('replica ' .. replica, number)
  if try == 't' then add('tries', number) end
  if optional == 'o' then add('optional', number) end
  if borrowed == 'b' then
    add('borrowed', number)
    add('borrowed ' .. sharer, number)
  end
end

local function get(field)
  return tonumber(redis.call('HGET', numbers, field) or 0)
end

-- Drops the calls that no longer count. Returns how many do.
local function advance(window, longest)
  local latest = redis.call('ZRANGE', calls, -1, -1, 'WITHSCORES')[2]
  if latest and tonumber(latest) > now + window + longest then
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
  if all ~= get('all') then
    -- Only one of the keys was lost, as under an eviction policy.
    redis.call('DEL', numbers)
    for _, call in ipairs(redis.call('ZRANGE', calls, 0, -1)) do
      count(call, 1)
    end
  end
  return all
end

local function keep(window, longest)
  local millis = text((window + longest) / 1000 * 2)
  redis.call('PEXPIRE', calls, millis)
  redis.call('PEXPIRE', numbers, millis)
end
