-- Pauses credentials that Lean throttles: KEYS[1] exists for as many milliseconds as ARGV[1] says, or longer.
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then
  redis.call('SET', KEYS[1], '1', 'PX', ARGV[1])
end
return 1
