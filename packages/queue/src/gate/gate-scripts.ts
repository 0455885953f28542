/**
 * The gate's state in Redis, one hash a lane, and the two scripts that move it. Redis runs a script alone and has one clock,
 * so all workers keep one rate together. All of it may be lost at any moment: whoever asks brings what the ledger remembers.
 *
 * Fields: `round` (changes whenever the lane is told to stop, so that answers to older requests are known as such), `last`
 * and `cost` (the newest slot that was given out: the next one follows it at the pace of the moment it is asked for), `tat`
 * (when that would be at the pace of then: the state is kept for as long), `until` (nothing leaves before), `open` (else one
 * run tries alone), `probe` (that one has until then to answer), `pace`, `since`, `ceiling` (domain's paceLaw), `misses`
 * (stops in a row), `failures` (connections in a row).
 */
const shared = `
local function ms() local t = redis.call('TIME'); return t[1] * 1000 + t[2] / 1000 end
local function text(number) return string.format('%.3f', number) end
local function read(key)
  local s = {}
  local flat = redis.call('HGETALL', key)
  for i = 1, #flat, 2 do s[flat[i]] = tonumber(flat[i + 1]) end
  return s
end
local function write(key, s, now, idle)
  redis.call('DEL', key)
  local flat = {}
  for name, value in pairs(s) do flat[#flat + 1] = name; flat[#flat + 1] = text(value) end
  redis.call('HSET', key, unpack(flat))
  local last = math.max(now, s.tat or 0, s['until'] or 0)
  redis.call('PEXPIRE', key, math.ceil(last - now + idle))
end
-- Messages a second, or nil where nothing limits them.
local function paceOf(s, rate, now, grow)
  local ceiling = rate > 0 and rate or s.ceiling
  if s.pace and ceiling then
    local grown = s.pace + ceiling * math.max(0, now - s.since) / grow
    if grown < ceiling then return grown end
    s.pace, s.since, s.ceiling = nil, nil, nil
  end
  if rate > 0 then return rate end
end
`;

/**
 * A slot for one message of `cost` units, or how long to wait before asking again. Slots are given out so far ahead that the
 * attempt is committed by then (`lead`), and `horizon` ms ahead at most, so that a change of the rate or a stop acts at once.
 */
export const passScript = `${shared}
-- In ms: nobody asks for a slot further ahead.
local furthest = 6000
local key = KEYS[1]
local rate, cost, horizon, lease, idle = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local spread, grow = tonumber(ARGV[6]), tonumber(ARGV[7])
local ownLast, lead = tonumber(ARGV[8]), tonumber(ARGV[13])
local now = ms()
local s = read(key)
local isNew = not s.round
if isNew then
  -- Redis forgot, or the lane was idle: what the ledger remembers is all that is known.
  s.round = now
  local backoff, pace, paced, ceiling = tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11]), tonumber(ARGV[12])
  if backoff > 0 then s['until'] = now + backoff end
  if pace > 0 then s.pace, s.since, s.ceiling = pace, now - paced, ceiling end
end
if (s['until'] or 0) > now then
  if isNew then write(key, s, now, idle) end
  return { 'wait', text(s['until'] - now) }
end
local probing = not s.open
if probing and (s.probe or 0) > now then
  -- The longer it takes, the less often it is asked for.
  return { 'wait', text(math.min(500, math.max(50, (now + lease - s.probe) / 4))) }
end
local pace = paceOf(s, rate, now, grow)
local slot, step = now, 0
if pace then
  step = 1000 * spread / pace
  local free = 0
  -- A slot further ahead than any is given out was given out by a clock that has stepped back since.
  if s.last then free = math.min(s.last, now + furthest) + step * s.cost end
  -- Slots that were given out before Redis forgot still stand.
  slot = math.max(now + lead, free, now - ownLast + step)
  if slot - now > horizon then
    if isNew then write(key, s, now, idle) end
    return { 'wait', text(slot - now - horizon / 2) }
  end
  s.last, s.cost, s.tat = slot, cost, slot + step * cost
end
if probing then s.probe = slot + lease end
write(key, s, now, idle)
return { 'go', text(slot - now), text(s.round), probing and 'probe' or '', pace and 'paced' or '', text(step) }
`;

/**
 * What came of a message, as far as it matters to the lane. Of many that met the same trouble, one is answered `stop`, with
 * how long, and the pace after it; it tells the ledger.
 */
export const tellScript = `${shared}
local key, word, round, isProbe = KEYS[1], ARGV[1], ARGV[2], ARGV[3] == '1'
local rate, asked, observed, idle = tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local first, most, after = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10])
local grow, floor, left = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
local now = ms()
local s = read(key)
-- Who tries alone may leave later than its slot: the next one follows when it really left.
if isProbe and left >= 0 and s.last then s.last = math.max(s.last, now - left) end
if not s.round then return { 'old' } end
if text(s.round) ~= round then
  -- It left before the lane was stopped. A longer rest than the one that goes on is heeded, and nothing else.
  if word == 'throttled' and (s['until'] or 0) > now and now + asked > s['until'] then
    s['until'] = now + asked
    write(key, s, now, idle)
    return { 'longer', text(asked) }
  end
  return { 'old' }
end
local function stop(backoff)
  s.round, s['until'], s.open, s.probe = math.max(now, s.round + 0.001), now + backoff, nil, nil
  if s.since then s.since = s['until'] end
end
local answer = { 'noted' }
if word == 'good' then
  if not s.open and s.since then s.since = now end
  s.open, s.probe, s.misses, s.failures = 1, nil, nil, nil
elseif word == 'unclear' then
  if isProbe then s.probe = nil end
elseif word == 'fault' then
  stop(first)
  answer = { 'stop', text(first) }
else
  s.failures = (s.failures or 0) + 1
  if word == 'unreachable' and not isProbe and s.failures < after then
    write(key, s, now, idle)
    return answer
  end
  local backoff = math.max(asked, math.min(most, first * 2 ^ (s.misses or 0)))
  s.misses, s.failures = (s.misses or 0) + 1, nil
  if word == 'throttled' then
    local pace = paceOf(s, rate, now, grow)
    s.ceiling = rate > 0 and rate or s.ceiling or observed
    s.pace = math.max((pace or s.ceiling) / 2, s.ceiling * floor)
    s.since = now
    answer = { 'stop', text(backoff), text(s.pace), text(s.ceiling) }
  else
    answer = { 'stop', text(backoff) }
  end
  stop(backoff)
end
write(key, s, now, idle)
return answer
`;
