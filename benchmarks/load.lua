-- What wrk sends, and how it reports: one line of JSON that starts with BENCH.
-- LOAD_BODY makes every request a POST of that body;
-- LOAD_RANDOM=n puts a number up to n, as twelve hexadecimal digits, behind the path.

local body = os.getenv("LOAD_BODY")
local random_max = tonumber(os.getenv("LOAD_RANDOM"))

if body then
  wrk.method = "POST"
  wrk.body = body
  wrk.headers["content-type"] = "application/json"
end

if random_max then
  request = function()
    return wrk.format(nil, wrk.path .. string.format("%012x", math.random(1, random_max)))
  end
end

done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'BENCH {"requests": %d, "microseconds": %d, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
