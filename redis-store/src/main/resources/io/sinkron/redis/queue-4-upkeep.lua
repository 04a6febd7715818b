-- How messages come in, and what administrators and the owner do.

-- Forgets names that are older than a day.
local function prune(names, ages, now, limit)
  local over = call('ZRANGEBYSCORE', ages, '-inf', now - DAY, 'LIMIT', 0, limit)
  writeAll('HDEL', names, over)
  writeAll('ZREM', ages, over)
end

-- What is remembered under a name since less than a day, without the time; nil for nothing.
local function remembered(names, name, now)
  local entry = call('HGET', names, name)
  if entry and now - unpackStruct('>I8', entry) < DAY then
    return sub(entry, 9)
  end
end

local function remember(names, ages, name, value, now)
  write('HSET', names, name, pack('>I8', now) .. value)
  write('ZADD', ages, now, name)
end

-- The messages of an enqueue from an argument on, and the argument behind them.
local function readMessages(number, at)
  local messages, hasDedups = {}, false
  for i = 1, number do
    local priority, delay, ttl, flags = unpackStruct('>BI8I8B', ARGV[at])
    local m = { priority = priority, delay = delay, ttl = ttl, group = '' }
    at = at + 1
    if flags % 2 == 1 then
      m.dedup, hasDedups = ARGV[at], true
      at = at + 1
    end
    if flags >= 2 then
      m.group = '+' .. ARGV[at]
      at = at + 1
    end
    m.content = ARGV[at]
    at = at + 1
    messages[i] = m
  end
  return messages, hasDedups, at
end

local function countFresh(messages, now)
  local within, fresh = {}, 0
  for i = 1, #messages do
    local dedup = messages[i].dedup
    if not dedup then
      fresh = fresh + 1
    elseif not within[dedup] and not remembered(DEDUPS, dedup, now) then
      within[dedup] = true
      fresh = fresh + 1
    end
  end
  return fresh
end

local function expiryOf(now, ttl)
  local life = (ttl == 0 or retention ~= 0 and retention < ttl) and retention or ttl
  return life == 0 and 0 or now + life
end

-- Stores messages; the answer's items: whether there before, key, length of the id tag, id tag.
local function store(messages, tag, now)
  local items, bodies, ready = {}, {}, {}
  local idTail = char(#tag) .. tag
  for i = 1, #messages do
    local m = messages[i]
    local known = m.dedup and remembered(DEDUPS, m.dedup, now)
    if known then
      items[i] = '1' .. known
    else
      sequence = sequence + 1
      local k = format('%012x', sequence)
      items[i] = '0' .. k .. idTail
      m.expires = expiryOf(now, m.ttl)
      bodies[#bodies + 1] = k
      bodies[#bodies + 1] = pack(MESSAGE, m.priority, now, m.expires, #tag, tag, #m.group, m.group) .. m.content
      count(k, 1)
      if m.group ~= '' then
        write('ZADD', MEMBERS, 0, prefixOf(m.group) .. (9 - m.priority) .. k)
      end
      if m.delay == 0 and m.group == '' and m.expires == 0 then
        ready[#ready + 1] = placeOf(k, m.priority)
        ready[#ready + 1] = k
      else
        enter(k, m, m.delay > 0 and now + m.delay or nil)
      end
      if m.dedup then
        remember(DEDUPS, DEDUP_AGES, m.dedup, k .. idTail, now)
      end
    end
  end
  writeAll('HSET', BODY, bodies)
  writeAll('ZADD', READY, ready)
  return table.concat(items)
end

-- key: '' for none, else '+' and the idempotency key; fingerprint: 8 bytes.
local function enqueue(messages, hasDedups, tag, key, fingerprint, now)
  local before = key ~= '' and remembered(REQUESTS, key, now)
  if before then
    return sub(before, 1, 8) == fingerprint and { 'E', sub(before, 9) } or { 'i' }
  end
  if isFull then
    return { 'o', call('HLEN', BODY) }
  end
  if maxLength > 0 then
    local fresh = countFresh(messages, now)
    if fresh > 0 and call('HLEN', BODY) + fresh > maxLength then
      return { 'f', maxLength }
    end
  end
  exists, mark = true, now
  if hasDedups then
    prune(DEDUPS, DEDUP_AGES, now, max(SWEEP, #messages))
  end
  local items = store(messages, tag, now)
  if key ~= '' then
    prune(REQUESTS, REQUEST_AGES, now, SWEEP)
    remember(REQUESTS, REQUEST_AGES, key, fingerprint .. items, now)
  end
  return { 'E', items }
end

local function sweep(limit, now)
  prune(DEDUPS, DEDUP_AGES, now, max(0, limit))
  prune(REQUESTS, REQUEST_AGES, now, max(0, limit))
  touch(now, limit)
  return { 'W', paused and 0 or call('ZCARD', READY), nextDue(now), hasMoves() }
end

local function peek(state, limit)
  local keys, dues = {}, {}
  if limit > 0 and state == 'R' then
    keys = readyByPlace(limit)
  elseif limit > 0 then
    local found = call('ZRANGE', state == 'D' and DELAYED or FLIGHT, 0, limit - 1, 'WITHSCORES')
    for i = 1, #found, 2 do
      keys[#keys + 1] = found[i]
      dues[#dues + 1] = tonumber(found[i + 1])
    end
  end
  local messages, records, shown = readAll(BODY, keys), readAll(DELIVERIES, keys), {}
  for i = 1, #keys do
    if messages[i] then
      shown[#shown + 1] = keys[i]
      shown[#shown + 1] = messages[i]
      shown[#shown + 1] = records[i] and unpackStruct('>I4', records[i]) or 0
      shown[#shown + 1] = dues[i] or 0
    end
  end
  return { 'P', shown }
end

local function stats(now)
  local k, age = oldest(), 0
  if k then
    local _, enqueued = unpackStruct(MESSAGE, call('HGET', BODY, k))
    age = now - enqueued
  end
  return {
    'T', call('ZCARD', READY) + call('ZCARD', HELD), call('ZCARD', DELAYED), call('ZCARD', FLIGHT), dead, age, paused and 1 or 0,
    visibility, maxDeliveries, maxLength, retention, deadLetter
  }
end

local function purge()
  local purged = call('HLEN', BODY)
  clearContents()
  return { 'U', purged }
end

local function drop()
  clearContents()
  write('UNLINK', DEDUPS, DEDUP_AGES, REQUESTS, REQUEST_AGES, MOVES, MOVE_ORDER)
  forgetMeta()
  moves = nil
  return { 'd' }
end

local function redrive(to, most)
  local moved = 0
  while most == 0 or moved < most do
    local keys = readyByPlace(most == 0 and SWEEP or min(SWEEP, most - moved))
    if #keys == 0 then
      break
    end
    for i = 1, #keys do
      local k = keys[i]
      local message = call('HGET', BODY, k)
      if message then
        remove(k, load(k), 'R')
        addMove(k, message, to)
        moved = moved + 1
      else
        removeGhost(k)
      end
    end
  end
  return { 'U', moved }
end

local function takeMoves(limit)
  local keys = limit > 0 and call('ZRANGE', MOVE_ORDER, 0, limit - 1) or {}
  local found, shown = readAll(MOVES, keys), {}
  for i = 1, #keys do
    if found[i] then
      shown[#shown + 1] = keys[i]
      shown[#shown + 1] = found[i]
    end
  end
  return { 'M', shown }
end

-- An id is the message's key and its tag.
local function forgetMoves(ids)
  for i = 1, #ids do
    local k = sub(ids[i], 1, 12)
    local move = call('HGET', MOVES, k)
    if move then
      local _, _, _, at = unpackStruct('>BI4c0I4c0', move)
      local _, _, _, tag = unpackStruct(MESSAGE, move, at)
      if tag == sub(ids[i], 13) then
        write('HDEL', MOVES, k)
        write('ZREM', MOVE_ORDER, k)
        moves = nil
      end
    end
  end
  return { 'd' }
end
