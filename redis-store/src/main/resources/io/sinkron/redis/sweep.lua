-- One step of a sweep of main memory: looks at some of Redis's keys and unlinks those of a range. ARGV is the cursor, the pattern of what all
-- keys of the range begin with, how many bytes that is, the range's first key, its end, and how many keys to look at. KEYS[1] is the first key:
-- the others aren't known before they are found.

-- Strings are compared byte for byte: Lua's own comparison goes by the server's locale.
local function isBefore(a, b, from)
  for i = from + 1, math.min(#a, #b) do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then
      return x < y
    end
  end
  return #a < #b
end

local common = tonumber(ARGV[3])
local page = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', ARGV[6])
local removed = 0
for _, key in ipairs(page[2]) do
  if not isBefore(key, ARGV[4], common) and isBefore(key, ARGV[5], common) then
    removed = removed + redis.call('UNLINK', key)
  end
end
return { 'x' .. string.format('%.0f', removed), page[1] }
