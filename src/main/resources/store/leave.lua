-- Counts this replica no longer. KEYS: replicas. ARGV: id of this replica.
return redis.call('ZREM', KEYS[1], ARGV[1])
