-- The messages, each in one state ('R' ready, 'D' delayed, 'F' in flight), with an index for every question. A ready message is in READY
-- (it may be delivered) or in HELD (its group holds it back): only the first of a group by place is in READY, while none is in flight.

-- Bucket (256 sequences) -> change of how many messages of it are stored. They answer which message is the oldest, for little memory.
local buckets = {}

local function count(k, change)
  local bucket = sub(k, 1, 10)
  buckets[bucket] = (buckets[bucket] or 0) + change
end

local function saveBuckets()
  for bucket, change in pairs(buckets) do
    if change ~= 0 then
      local stored = write('HINCRBY', BUCKETS, bucket, change)
      if stored <= 0 then
        write('HDEL', BUCKETS, bucket)
        write('ZREM', BUCKET_ORDER, bucket)
      elseif stored == change then
        write('ZADD', BUCKET_ORDER, 0, bucket)
      end
    end
  end
  buckets = {}
end

-- The key of the message that was enqueued first, or nil.
local function oldest()
  saveBuckets()
  local bucket = call('ZRANGE', BUCKET_ORDER, 0, 0)[1]
  for i = 0, bucket and 255 or -1 do
    local k = bucket .. format('%02x', i)
    if call('HEXISTS', BODY, k) == 1 then
      return k
    end
  end
end

-- Names of any length as the start of a member in a set that is ordered by bytes.
local function prefixOf(name)
  return pack('>I4', #name) .. name
end

local function startingWith(key, prefix, ...)
  return call('ZRANGEBYLEX', key, '[' .. prefix, '[' .. prefix .. '\255', ...)
end

local function placeOf(k, priority)
  return (9 - priority) * PLACE + tonumber(k, 16)
end

-- Group -> how many are in flight, and the key of the one in READY ('' for none).
local groups = {}

local function groupOf(name)
  local group = groups[name]
  if not group then
    local inFlight, offered = string.match(call('HGET', GROUPS, name) or '0:', '^(%d+):(.*)$')
    group = { inFlight = tonumber(inFlight), offered = offered, isEmpty = false }
    groups[name] = group
  end
  return group
end

local function saveGroups()
  for name, group in pairs(groups) do
    if group.isEmpty then
      write('HDEL', GROUPS, name)
    else
      write('HSET', GROUPS, name, group.inFlight .. ':' .. group.offered)
    end
  end
  groups = {}
end

-- Puts the right one of a group into READY.
local function offer(name)
  if name == '' then
    return
  end
  local group = groupOf(name)
  local head = startingWith(MEMBERS, prefixOf(name), 'LIMIT', 0, 1)[1]
  group.isEmpty = not head
  if not head then
    return
  end
  local k = sub(head, -12)
  local isFree = group.inFlight == 0 and (k == group.offered or call('ZSCORE', HELD, k))
  local offered = isFree and k or ''
  if offered == group.offered then
    return
  end
  if group.offered ~= '' then
    local place = call('ZSCORE', READY, group.offered)
    write('ZREM', READY, group.offered)
    write('ZADD', HELD, place, group.offered)
  end
  if offered ~= '' then
    write('ZREM', HELD, k)
    write('ZADD', READY, placeOf(k, 9 - tonumber(sub(head, -13, -13))), k)
  end
  group.offered = offered
end

-- What the indexes need to know of a message: from its delivery record, or from the message itself if it was never delivered; nil for none.
local function load(k)
  local record = call('HGET', DELIVERIES, k)
  if record then
    local deliveries, priority, expires, claim, group, consumer = unpackStruct(DELIVERY, record)
    return {
      deliveries = deliveries, priority = priority, expires = expires, claim = claim, group = group, consumer = consumer
    }
  end
  local message = call('HGET', BODY, k)
  if message then
    local priority, _, expires, _, group = unpackStruct(MESSAGE, message)
    return { deliveries = 0, priority = priority, expires = expires, claim = '', group = group, consumer = '' }
  end
end

local function saveDelivery(k, m)
  write('HSET', DELIVERIES, k, pack(
    DELIVERY, m.deliveries, m.priority, m.expires, #m.claim, m.claim, #m.group, m.group, #m.consumer, m.consumer))
end

local function isExpired(m, now)
  return m.expires > 0 and now >= m.expires
end

local function leave(k, m, state)
  if state == 'R' then
    if m.group ~= '' and groupOf(m.group).offered ~= k then
      write('ZREM', HELD, k)
    else
      write('ZREM', READY, k)
      if m.group ~= '' then
        groupOf(m.group).offered = ''
      end
    end
  elseif state == 'D' then
    takeTime(DELAYED, k)
  else
    takeTime(FLIGHT, k)
    if m.group ~= '' then
      local group = groupOf(m.group)
      group.inFlight = max(0, group.inFlight - 1)
    end
    if m.consumer ~= '' then
      write('ZREM', CONSUMERS, prefixOf(m.consumer) .. k)
    end
  end
  if m.expires > 0 and state ~= 'F' then
    takeTime(EXPIRY, k)
  end
end

-- Into READY or DELAYED; the way into FLIGHT is receive.
local function enter(k, m, dueMillis)
  if dueMillis then
    putTime(DELAYED, dueMillis, k)
  else
    write('ZADD', m.group == '' and READY or HELD, placeOf(k, m.priority), k)
  end
  if m.expires > 0 then
    putTime(EXPIRY, m.expires, k)
  end
  offer(m.group)
end

local function remove(k, m, state)
  leave(k, m, state)
  write('HDEL', BODY, k)
  write('HDEL', DELIVERIES, k)
  count(k, -1)
  if m.group ~= '' then
    write('ZREM', MEMBERS, prefixOf(m.group) .. (9 - m.priority) .. k)
    offer(m.group)
  end
end

-- An index names a message that isn't there: somebody else deleted keys. It must not stop the queue.
local function removeGhost(k)
  for _, key in ipairs({ READY, HELD, DELAYED, FLIGHT, EXPIRY }) do
    takeTime(key, k)
  end
  write('HDEL', DELIVERIES, k)
end

-- Keys of ready messages by place, those that are held back included.
local function readyByPlace(limit)
  local some = call('ZRANGE', READY, 0, limit - 1, 'WITHSCORES')
  local others = call('ZRANGE', HELD, 0, limit - 1, 'WITHSCORES')
  local keys, a, b = {}, 1, 1
  while #keys < limit and (some[a] or others[b]) do
    if not others[b] or some[a] and tonumber(some[a + 1]) < tonumber(others[b + 1]) then
      keys[#keys + 1] = some[a]
      a = a + 2
    else
      keys[#keys + 1] = others[b]
      b = b + 2
    end
  end
  return keys
end

local function clearContents()
  write('UNLINK', BODY, DELIVERIES, READY, HELD, DELAYED, FLIGHT, EXPIRY, MEMBERS, GROUPS, CONSUMERS, BUCKETS, BUCKET_ORDER)
  buckets, groups, firsts = {}, {}, {}
end
