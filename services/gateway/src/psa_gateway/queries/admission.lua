-- May this request pass? Denials and rate limits in one atomic step.
--
-- KEYS: buckets, most specific first, then denials; all carry one hash tag.
-- ARGV: cost (0 only looks), how many KEYS are buckets, the token's iat in seconds,
--       then for each bucket the interval in microseconds and the burst.
-- Returns {verdict, limit, remaining, full again at (epoch seconds), retry after (ms)};
-- verdict 1 passes, 0 is over a limit, -1 is denied. Nothing is charged unless all pass.
local cost, buckets, issued = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])

if #KEYS > buckets then
  for _, upto in ipairs(redis.call('MGET', unpack(KEYS, buckets + 1))) do
    if upto and issued <= tonumber(upto) then return {-1, 0, 0, 0, 0} end
  end
end

-- The generic cell rate algorithm: one number a bucket, the time when it is full again.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local charged, tightest, refused = {}, nil, nil
for i = 1, buckets do
  local interval, burst = tonumber(ARGV[2 + 2 * i]), tonumber(ARGV[3 + 2 * i])
  local full = math.max(now, tonumber(redis.call('GET', KEYS[i]) or 0))
  local after = full + cost * interval
  local room = now + burst * interval - after
  if room < 0 then
    local wait = math.ceil(-room / 1000)
    if not refused or wait > refused[5] then
      refused = {0, burst, 0, math.ceil(full / 1000000), wait}
    end
  end
  charged[i] = after
  local remaining = math.floor(room / interval)
  if not tightest or remaining < tightest[3] then
    tightest = {1, burst, remaining, math.ceil(after / 1000000), 0}
  end
end
if refused then return refused end

if cost > 0 then
  for i = 1, buckets do
    local lasts = math.ceil((charged[i] - now) / 1000)
    redis.call('SET', KEYS[i], string.format('%.0f', charged[i]), 'PX', lasts)
  end
end
return tightest
