-- How messages are delivered and how deliveries end.

local moves -- whether there are any: '1', '0', or nil if not known

local function hasMoves()
  moves = moves or call('EXISTS', MOVES) == 1 and '1' or '0'
  return moves
end

-- A message on its way to another queue; the message itself is kept as it was. A reason says that it is dead.
local function addMove(k, message, to, reason)
  left, moves = left + 1, '1'
  write('HSET', MOVES, k, pack('>BI4c0I4c0', reason and 1 or 0, #to, to, #(reason or ''), reason or '') .. message)
  write('ZADD', MOVE_ORDER, left, k)
end

local function giveBack(k, m, now, delay, keptClaim)
  if isExpired(m, now) then
    remove(k, m, 'F')
  else
    leave(k, m, 'F')
    m.claim, m.consumer = keptClaim, ''
    saveDelivery(k, m)
    enter(k, m, delay > 0 and now + delay or nil)
  end
end

-- Ends a delivery as a failed one.
local function fail(k, m, now, delay, isDead, reason, keptClaim)
  if not isDead and (maxDeliveries == 0 or m.deliveries < maxDeliveries) then
    giveBack(k, m, now, delay, keptClaim)
    return
  end
  dead = dead + 1
  local message = deadLetter ~= '' and call('HGET', BODY, k)
  remove(k, m, 'F')
  if message then
    addMove(k, message, sub(deadLetter, 2), reason ~= '' and reason or isDead and 'rejected' or 'max-deliveries')
  end
end

-- Removes what has expired, fails what timed out, makes ready what is due: at most so many messages.
local function touch(now, limit)
  local touched = 0
  local function each(key, act)
    while touched < limit do
      local score = first(key)
      if not score or score > now then
        return
      end
      local k = call('ZRANGE', key, 0, 0)[1]
      local m = load(k)
      if m then
        act(k, m)
      else
        removeGhost(k)
      end
      touched = touched + 1
    end
  end
  each(EXPIRY, function(k, m)
    remove(k, m, call('ZSCORE', DELAYED, k) and 'D' or 'R')
  end)
  each(FLIGHT, function(k, m)
    fail(k, m, now, 0, false, '', m.claim)
  end)
  each(DELAYED, function(k, m)
    leave(k, m, 'D')
    enter(k, m)
  end)
end

local function nextDue(now)
  local due = -1
  for _, key in ipairs({ FLIGHT, DELAYED, EXPIRY }) do
    local score = first(key)
    if score then
      score = max(0, score - now)
      due = due < 0 and score or min(due, score)
    end
  end
  return due
end

-- Takes the next keys out of READY. Only if the bounded sweep has left over expired messages, each one has to be looked at.
local function takeReady(room, now)
  local expiry = first(EXPIRY)
  if not expiry or expiry > now then
    local popped = write('ZPOPMIN', READY, min(room, CHUNK))
    local keys = {}
    for i = 1, #popped, 2 do
      keys[#keys + 1] = popped[i]
    end
    return keys
  end
  local k = call('ZRANGE', READY, 0, 0)[1]
  local m = k and load(k)
  if not k or m and isExpired(m, now) then
    return {}
  end
  write('ZREM', READY, k)
  return { k }
end

-- Starts deliveries of messages that were taken out of READY; adds key, message and times delivered of each to the reply.
local function deliver(keys, untilMillis, consumer, nonce, reply)
  local messages, records = readAll(BODY, keys), readAll(DELIVERIES, keys)
  local times, deliveries = {}, {}
  for i = 1, #keys do
    local k, message = keys[i], messages[i]
    if not message then
      removeGhost(k)
    else
      local priority, _, expires, tag, group = unpackStruct(MESSAGE, message)
      local number = (records[i] and unpackStruct('>I4', records[i]) or 0) + 1
      local claim = char(#tag) .. tag .. nonce
      times[#times + 1] = untilMillis
      times[#times + 1] = k
      deliveries[#deliveries + 1] = k
      deliveries[#deliveries + 1] =
        pack(DELIVERY, number, priority, expires, #claim, claim, #group, group, #consumer, consumer)
      if group ~= '' then
        local state = groupOf(group)
        state.offered, state.inFlight = '', state.inFlight + 1
      end
      if expires > 0 then
        takeTime(EXPIRY, k)
      end
      if consumer ~= '' then
        write('ZADD', CONSUMERS, 0, prefixOf(consumer) .. k)
      end
      local at = #reply
      reply[at + 1], reply[at + 2], reply[at + 3] = k, message, number
    end
  end
  if #times > 0 then
    writeAll('ZADD', FLIGHT, times)
    writeAll('HSET', DELIVERIES, deliveries)
    local known = firsts[FLIGHT]
    if known == false or known and untilMillis < known then
      firsts[FLIGHT] = untilMillis
    end
  end
end

local function receive(room, visibilityMillis, consumer, nonce, now)
  touch(now, SWEEP)
  local untilMillis = now + (visibilityMillis > 0 and visibilityMillis or visibility)
  local delivered = {}
  while not paused and #delivered < 3 * room do
    local keys = takeReady(room - #delivered / 3, now)
    if #keys == 0 then
      break
    end
    deliver(keys, untilMillis, consumer, nonce, delivered)
  end
  return { 'R', nextDue(now), hasMoves(), untilMillis, delivered }
end

-- A receipt is the message's key and the claim of its delivery. '1' (removed) or '0' (stale) for each.
local function ack(receipts)
  local keys, mask, seen = {}, {}, {}
  for i = 1, #receipts do
    keys[i] = sub(receipts[i], 1, 12)
  end
  local records = readAll(DELIVERIES, keys)
  local gone, consumers = {}, {}
  for i = 1, #receipts do
    local k, isOpen, deliveries, priority, expires, claim, group, consumer = keys[i], false
    if records[i] and not seen[k] then
      deliveries, priority, expires, claim, group, consumer = unpackStruct(DELIVERY, records[i])
      isOpen = claim == sub(receipts[i], 13)
    end
    mask[i] = isOpen and '1' or '0'
    if isOpen then
      seen[k] = true
      if group == '' then
        gone[#gone + 1] = k
        count(k, -1)
        if consumer ~= '' then
          consumers[#consumers + 1] = prefixOf(consumer) .. k
        end
      else
        remove(k, { priority = priority, expires = expires, group = group, consumer = consumer },
          call('ZSCORE', FLIGHT, k) and 'F' or 'R')
      end
    end
  end
  if #gone > 0 then
    firsts[FLIGHT] = nil
    if writeAll('ZREM', FLIGHT, gone) < #gone then -- some had timed out and were made ready
      writeAll('ZREM', READY, gone)
      writeAll('ZREM', EXPIRY, gone)
      firsts[EXPIRY] = nil
    end
    writeAll('ZREM', CONSUMERS, consumers)
    writeAll('HDEL', DELIVERIES, gone)
    writeAll('HDEL', BODY, gone)
  end
  return table.concat(mask)
end

-- Does something with each delivery that is open now; '1' or '0' (stale) for each receipt.
local function eachOpen(receipts, now, act)
  local mask = {}
  for i = 1, #receipts do
    local k = sub(receipts[i], 1, 12)
    local m = load(k)
    local isOpen = m and m.claim ~= '' and m.claim == sub(receipts[i], 13)
    local due = isOpen and tonumber(call('ZSCORE', FLIGHT, k) or nil)
    mask[i] = due and now < due and '1' or '0'
    if mask[i] == '1' then
      act(k, m)
    end
  end
  return table.concat(mask)
end

local function nack(delay, isDead, reason, receipts, now)
  local mask = eachOpen(receipts, now, function(k, m)
    if delay == -1 then
      m.deliveries = max(0, m.deliveries - 1)
      giveBack(k, m, now, 0, '')
    else
      fail(k, m, now, delay, isDead, reason, '')
    end
  end)
  return { 'N', mask, hasMoves() }
end

local function extend(visibilityMillis, receipts, now)
  return { 'A', eachOpen(receipts, now, function(k)
    takeTime(FLIGHT, k)
    putTime(FLIGHT, now + visibilityMillis, k)
  end) }
end

local function returnConsumer(consumer, now)
  local members = consumer == '' and {} or startingWith(CONSUMERS, prefixOf(consumer))
  for i = 1, #members do
    local k = sub(members[i], -12)
    local m = load(k)
    if m then
      fail(k, m, now, 0, false, '', '')
    else
      write('ZREM', CONSUMERS, members[i])
    end
  end
  return { 'N', string.rep('1', #members), hasMoves() }
end
