-- One call on one queue: KEYS are the queue's keys, ARGV the caller's epoch, its clock ('' for Redis' own), whether there are enqueues,
-- and the operations. The five parts are one script; each part uses those before it. QueueTable (Java) says what every operation means.
--
-- A message is known by its key: its sequence as twelve hexadecimal digits, so that equal scores sort by sequence.

local call, pack, unpackStruct = redis.call, struct.pack, struct.unpack
local sub, char, format = string.sub, string.char, string.format
local min, max = math.min, math.max

local META, BODY, DELIVERIES, READY, HELD, DELAYED, FLIGHT, EXPIRY = unpack(KEYS, 1, 8)
local MEMBERS, GROUPS, CONSUMERS, BUCKETS, BUCKET_ORDER = unpack(KEYS, 9, 13)
local DEDUPS, DEDUP_AGES, REQUESTS, REQUEST_AGES, MOVES, MOVE_ORDER = unpack(KEYS, 14, 19)

local DAY = 86400000         -- ms that dedup ids, idempotency keys and the epoch of an absent queue are kept
local SWEEP = 256            -- as QueueTable.RECEIVE_SWEEP_LIMIT
local CHUNK = 1000           -- values passed to one command; even, for commands that take pairs
local PLACE = 562949953421312 -- 2^49: a place is (9 - priority) * 2^49 + sequence, exact in a double

-- priority, enqueued at, expires at (0: never), id tag, group ('' for none, else '+' and its name); the rest is opaque
local MESSAGE = '>BI8I8Bc0I4c0'
-- times delivered, priority, expires at, claim (length of id tag, id tag, nonce; '' without a receipt), group, consumer
local DELIVERY = '>I4BI8I2c0I4c0I4c0'

local wrote = false -- whether this call has changed anything

local function write(...)
  local reply = call(...)
  wrote = true
  return reply
end

-- One command for a long list of arguments; the sum of its replies.
local function writeAll(command, key, values)
  local sum = 0
  for from = 1, #values, CHUNK do
    sum = sum + write(command, key, unpack(values, from, min(from + CHUNK - 1, #values)))
  end
  return sum
end

-- One read for a long list of fields.
local function readAll(key, fields)
  if #fields <= CHUNK then
    return #fields == 0 and {} or call('HMGET', key, unpack(fields))
  end
  local values = {}
  for from = 1, #fields, CHUNK do
    local part = call('HMGET', key, unpack(fields, from, min(from + CHUNK - 1, #fields)))
    for i = 1, #part do
      values[from + i - 1] = part[i]
    end
  end
  return values
end

-- Redis refuses what may grow memory once it is full, unless the script has written before. So enqueues ask first, by a command that may
-- not grow memory and changes nothing; then an empty removal opens the way for everything else, which needs little room or makes some.
-- It also makes a replica, or a server that can't write to its disk, refuse before anything is done.
local isFull = false
if ARGV[3] == '1' then
  local asked = redis.pcall('ZADD', READY, 'XX', 0, '')
  if type(asked) == 'table' and asked.err then
    isFull = string.find(asked.err, 'OOM', 1, true) ~= nil
    if not isFull then
      return redis.error_reply('SINKRON 0 ' .. asked.err)
    end
  end
end
local opened = redis.pcall('HDEL', META, '')
if type(opened) == 'table' and opened.err then
  return redis.error_reply('SINKRON 0 ' .. opened.err)
end

local FIELDS = {
  'epoch', 'exists', 'mark', 'sequence', 'dead', 'paused', 'visibility', 'maxDeliveries', 'maxLength', 'retention', 'deadLetter', 'left'
}
local DEFAULTS = { '0', '0', '0', '0', '0', '0', '30000', '16', '0', '0', '', '0' }

local stored = call('HMGET', META, unpack(FIELDS))
for i = 1, #FIELDS do
  stored[i] = stored[i] or DEFAULTS[i]
end

local epoch = stored[1]                    -- text, compared with the caller's
local exists = stored[2] == '1'
local mark = tonumber(stored[3])           -- the queue's time, never falls
local sequence = tonumber(stored[4])       -- of the last message
local dead = tonumber(stored[5])
local paused = stored[6] == '1'
local visibility = tonumber(stored[7])
local maxDeliveries = tonumber(stored[8])
local maxLength = tonumber(stored[9])
local retention = tonumber(stored[10])
local deadLetter = stored[11]              -- '' for none, else '+' and its name
local left = tonumber(stored[12])          -- how many messages have left for another queue

local clock -- the store's time in ms
if ARGV[2] == '' then
  local time = call('TIME')
  clock = time[1] * 1000 + math.floor(time[2] / 1000)
else
  clock = tonumber(ARGV[2])
end

local function forgetMeta()
  exists, mark, sequence, dead, paused = false, 0, 0, 0, false
  visibility, maxDeliveries, maxLength, retention, deadLetter, left = 30000, 16, 0, 0, '', 0
end

local function text(number)
  return format('%.0f', number)
end

-- Writes what has changed. A queue that doesn't exist keeps its epoch for a day.
local function saveMeta()
  local now = {
    epoch, exists and '1' or '0', text(mark), text(sequence), text(dead), paused and '1' or '0', text(visibility), text(maxDeliveries),
    text(maxLength), text(retention), deadLetter, text(left)
  }
  local changes = {}
  for i = 1, #FIELDS do
    if now[i] ~= stored[i] then
      changes[#changes + 1] = FIELDS[i]
      changes[#changes + 1] = now[i]
    end
  end
  if #changes > 0 then
    write('HSET', META, unpack(changes))
    if not exists then
      write('PEXPIRE', META, DAY)
    elseif stored[2] ~= '1' then
      write('PERSIST', META)
    end
  end
end

-- The first score of each sorted set of times: false for an empty one, nil if not known.
local firsts = {}

local function first(key)
  local score = firsts[key]
  if score == nil then
    score = tonumber(call('ZRANGE', key, 0, 0, 'WITHSCORES')[2]) or false
    firsts[key] = score
  end
  return score
end

local function putTime(key, score, k)
  write('ZADD', key, score, k)
  local known = firsts[key]
  if known == false or known and score < known then
    firsts[key] = score
  end
end

local function takeTime(key, k)
  firsts[key] = nil
  return write('ZREM', key, k)
end
