-- Pauses credentials that Lean throttles: KEYS[1] exists for as many milliseconds as ARGV[1] says, or longer, but not longer than
-- ARGV[2] says.
local left = redis.call('PTTL', KEYS[1])
if left < tonumber(ARGV[1]) or left > tonumber(ARGV[2]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 1
