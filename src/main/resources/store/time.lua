-- Returns the time of Redis: seconds and microseconds.
return redis.call('TIME')
