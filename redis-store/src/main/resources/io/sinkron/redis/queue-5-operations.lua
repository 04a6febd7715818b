-- Reads the operations and does them: one reply each, an array that begins with a letter.

local at = 4 -- the next argument

local function argument()
  at = at + 1
  return ARGV[at - 1]
end

local function number()
  return tonumber(argument())
end

-- A counted list of arguments.
local function list()
  local values = {}
  for i = 1, number() do
    values[i] = argument()
  end
  return values
end

-- Each reads its arguments and gives back what does it at a time: refused operations have to be read too.
local READ = {
  S = function()
    local v, d, l, r, q = number(), number(), number(), number(), argument()
    return function(now)
      exists, mark = true, now
      visibility, maxDeliveries, maxLength, retention, deadLetter = v, d, l, r, q
      return { 's' }
    end
  end,
  E = function()
    local n, tag, key, fingerprint = number(), argument(), argument(), argument()
    local messages, hasDedups, behind = readMessages(n, at)
    at = behind
    return function(now) return enqueue(messages, hasDedups, tag, key, fingerprint, now) end
  end,
  R = function()
    local room, v, consumer, nonce = number(), number(), argument(), argument()
    return function(now) return receive(room, v, consumer, nonce, now) end
  end,
  A = function()
    -- acks that follow each other are done together: what is true of a list of receipts is true of lists behind each other
    local receipts, ends = list(), {}
    ends[1] = #receipts
    while ARGV[at] == 'A' do
      at = at + 1
      for i = 1, number() do
        receipts[#receipts + 1] = argument()
      end
      ends[#ends + 1] = #receipts
    end
    return function()
      local mask, behind = ack(receipts), 0
      local answers = {}
      for i = 1, #ends do
        answers[i] = { 'A', sub(mask, behind + 1, ends[i]) }
        behind = ends[i]
      end
      return unpack(answers)
    end, #ends
  end,
  N = function()
    local delay, isDead, reason, receipts = number(), argument() == '1', argument(), list()
    return function(now) return nack(delay, isDead, reason, receipts, now) end
  end,
  X = function()
    local v, receipts = number(), list()
    return function(now) return extend(v, receipts, now) end
  end,
  Q = function()
    local consumer = argument()
    return function(now) return returnConsumer(consumer, now) end
  end,
  W = function()
    local limit = number()
    return function(now) return sweep(limit, now) end
  end,
  P = function()
    local state, limit = argument(), number()
    return function() return peek(state, limit) end
  end,
  T = function() return stats end,
  U = function() return purge end,
  D = function() return drop end,
  H = function()
    local value = argument() == '1'
    return function()
      paused = value
      return { 'd' }
    end
  end,
  V = function()
    local to, most = argument(), number()
    return function() return redrive(to, most) end
  end,
  M = function()
    local limit = number()
    return function() return takeMoves(limit) end
  end,
  F = function()
    local ids = list()
    return function() return forgetMoves(ids) end
  end
}

local READS = { P = true, T = true, M = true } -- they leave the queue's time as it is

local function claim()
  if tonumber(ARGV[1]) < tonumber(epoch) then
    return { 'e', epoch }
  end
  epoch = ARGV[1]
  return { 'c' }
end

-- The same reply to each of so many operations that were read as one; nil for a single one.
local function repeated(reply, times)
  local replies = {}
  for i = 1, times or 1 do
    replies[i] = reply
  end
  return unpack(replies)
end

-- Does the next operation, or the next few; their replies.
local function operate()
  local code = argument()
  if code == 'C' then
    return claim()
  end
  local act, times = READ[code]()
  if ARGV[1] ~= epoch then
    return repeated({ 'e', epoch }, times)
  end
  local now = exists and max(mark, clock) or clock
  if code == 'E' or code == 'S' then
    return act(now)
  end
  if not exists then
    return repeated(code == 'R' and { 'R', -1, '0', 0, {} } or { 'u' }, times)
  end
  if not READS[code] then
    mark = now
  end
  return act(now)
end

-- The counts that indexes rest on are written even if an operation failed half-way, because somebody else had put garbage into a key.
local replies = {}
local isDone, problem = pcall(function()
  while at <= #ARGV do
    local done = { operate() }
    for i = 1, #done do
      replies[#replies + 1] = done[i]
    end
  end
end)
local isSaved, unsaved = pcall(function()
  saveGroups()
  saveBuckets()
  saveMeta()
end)
if isDone and isSaved then
  return replies
end
problem = isDone and unsaved or problem
return redis.error_reply('SINKRON ' .. (wrote and '1 ' or '0 ') .. (type(problem) == 'table' and problem.err or tostring(problem)))
