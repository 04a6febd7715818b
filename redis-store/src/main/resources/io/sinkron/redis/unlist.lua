-- KEYS[1] lists queues by the epoch of the owner that listed them last; ARGV is the name of a dropped queue and its owner's epoch.
local listed = redis.call('ZSCORE', KEYS[1], ARGV[1])
if listed and tonumber(listed) <= tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return {}
