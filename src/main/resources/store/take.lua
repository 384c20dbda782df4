-- Takes a call from the budget of a client of Lean, if one is left for this sharer.
-- KEYS[3]: exists while Lean throttles the credentials.
-- ARGV: the call without its last part, sharer, share, limits of calls, of optional calls and of tries, window, the longest
--   call, how long the next call is kept for sharers within their share, how many calls of this replica count at least,
--   1 if it keeps to its part of the calls, how long this call can wait, the time from which no one waits for the answer,
--   the longest pause in milliseconds.
-- Returns 'taken', the number of calls left, the time until the next loan or -1; or why not, the number of calls left, and the
--   times until calls could be made.

local call, sharer, share = ARGV[1], ARGV[2], tonumber(ARGV[3])
local limit, optional_limit, try_limit = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
local window, longest, reserve, own = tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local try, optional, replica = string.match(call, '^[^:]*:(.):(.):([^.:]*)')
local is_try, is_optional = try == 't', optional == 'o'

-- A server that was stopped still reads what it was sent before, and nobody would make the call.
if now > tonumber(ARGV[13]) then
  return { 'late', 0, 1 }
end

local paused = redis.call('PTTL', KEYS[3])
if paused > tonumber(ARGV[14]) then
  -- Not set by this service, or the clock was set back.
  redis.call('UNLINK', KEYS[3])
elseif paused > 0 then
  return { 'paused', 0, math.min(paused * 1000, tonumber(ARGV[7])) }
end

local all = advance(window, longest)
local left = limit - all
if own > get('replica ' .. replica) then
  -- They were counted here, so this server has lost them, and maybe those of other replicas.
  redis.call('HSET', numbers, 'lost', text(now + window + longest))
  keep(window, longest)
end
if ARGV[11] == '0' and get('lost') > now then
  return { 'lost', left, 1 }
end

-- A call in progress counts for a window after its end, which is not before now.
local function wait(score)
  return math.min(tonumber(score) - now, window)
end

-- Returns the time until the first call that matches comes back, of those that come back soon.
local function first(pattern)
  local soon = redis.call('ZRANGE', calls, 0, 255, 'WITHSCORES')
  for i = 1, #soon, 2 do
    if string.match(soon[i], pattern) then
      return wait(soon[i + 1])
    end
  end
  return #soon < 512 and window or wait(soon[511 + 1])
end

if is_optional and get('optional') >= optional_limit then
  return { 'optional', left, first('^[^:]*:.:o:') }
end

local of_sharer = get('calls ' .. sharer)
local within = is_try or of_sharer - get('borrowed ' .. sharer) < share
local interval = math.floor(window / math.max(1, limit - all + get('borrowed')))
local loan = math.min(get('loan at') + interval, get('loan next'))

if is_try and of_sharer >= try_limit - get('tries') then
  return { 'try', left, first('^[^:]*:t:') }
end

if left <= 0 then
  local reply = { 'full', 0 }
  local next = redis.call('ZRANGE', calls, all - limit, all - limit + 15, 'WITHSCORES')
  for i = 2, #next, 2 do
    reply[#reply + 1] = wait(next[i])
  end
  if within and reserve > 0 and reply[3] <= tonumber(ARGV[12]) then
    redis.call('HSET', numbers, 'reserved', text(now + reply[3] + reserve))
  end
  return reply
end

local reserved = math.min(get('reserved'), now + window + reserve)
if reserved > now and (is_optional or not within) then
  return { is_optional and 'optional' or 'share', left, reserved - now }
end

if not within and now < loan then
  local prefix = '^' .. string.gsub(sharer, '%-', '%%-') .. ':.:.:[^:]*:%-'
  return { 'share', left, math.min(loan - now, share > 0 and first(prefix) or window) }
end

if all == 0 or not within then
  -- After a rest, sharers that come together get their shares before one of them borrows.
  redis.call('HSET', numbers, 'loan before at', text(get('loan at')), 'loan before next', text(get('loan next')),
    'loan at', text(now), 'loan next', text(now + interval), 'loan by', call)
end
local member = call .. (within and ':-' or ':b')
redis.call('ZADD', calls, text(now + longest + window), member)
count(member, 1)
keep(window, longest)
return { 'taken', left - 1, within and -1 or interval }
