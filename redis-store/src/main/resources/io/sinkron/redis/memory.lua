-- One operation on one key of main memory. KEYS[1] is a hash of fence, version and value; ARGV is the caller's epoch, for how many
-- milliseconds what isn't there is remembered, and for a write: version, expiry ('0' for none), 'deleted' or 'stored', and the value.

-- Redis refuses what may grow memory once it is full, unless the script has written before. A read must pass: its fence is small, and
-- without it nothing could be written back either.
local isWrite = #ARGV > 2
if not isWrite then
  redis.call('HDEL', KEYS[1], '')
end

local stored = redis.call('HMGET', KEYS[1], 'fence', 'version')
local fence, version = stored[1] or '0', stored[2] or '0'

if tonumber(ARGV[1]) < tonumber(fence) then
  return { 'f', fence }
end

local keepMillis = tonumber(ARGV[2])

if not isWrite then
  if ARGV[1] ~= fence then
    redis.call('HSET', KEYS[1], 'fence', ARGV[1])
    if version == '0' then
      redis.call('PEXPIRE', KEYS[1], keepMillis)
    end
  end
  return { 'g', redis.call('HGET', KEYS[1], 'value') or '' }
end

if tonumber(ARGV[3]) <= tonumber(version) then
  return { 's', version }
end

redis.call('HSET', KEYS[1], 'version', ARGV[3], 'value', ARGV[6])
if ARGV[5] == 'deleted' then
  redis.call('PEXPIRE', KEYS[1], keepMillis)
elseif ARGV[4] ~= '0' then
  local time = redis.call('TIME')
  local life = tonumber(ARGV[4]) - time[1] * 1000
  redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.max(0, life) + keepMillis))
else
  redis.call('PERSIST', KEYS[1])
end
return { 's', ARGV[3] }
