-- wrk ... -s tsa.lua URL -- FILE LENGTH
-- POSTs the TimeStampReqs in FILE, LENGTH bytes each, one after the other from a random one on. The requests are made
-- whole before the clock starts. At the end one JSON line: what wrk counted, latencies in microseconds.
local requests, at = {}, 0

function init(args)
    local file = assert(io.open(args[1], "rb"))
    local bodies = file:read("*a")
    file:close()
    local length = tonumber(args[2])
    local headers = { ["Content-Type"] = "application/timestamp-query" }
    for first = 1, #bodies, length do
        requests[#requests + 1] = wrk.format("POST", nil, headers, bodies:sub(first, first + length - 1))
    end
    math.randomseed(os.time())
    at = math.random(#requests)
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format('{"answers":%d,"us":%d,"cpuUs":%d,"p50us":%d,"p99us":%d,"refused":%d,"broken":%d}\n',
        summary.requests, summary.duration, os.clock() * 1e6, latency:percentile(50), latency:percentile(99),
        errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
