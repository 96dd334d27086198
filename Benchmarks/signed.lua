-- Sends the requests of the file that is named first, in turn from a place of each thread's own: they were signed before.
-- Prints one line of JSON at the end.
local requests, at = {}, 0
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(arguments)
    local file = assert(io.open(arguments[1], "rb"))
    while true do
        local length = file:read("*l")
        if not length then break end
        requests[#requests + 1] = file:read(tonumber(length))
    end
    file:close()
    at = number * 7919 % #requests
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local errors = summary.errors
    io.write(string.format(
        'result {"requests": %d, "microseconds": %d, "failed": %d, "p50": %d, "p99": %d}\n', summary.requests,
        summary.duration, errors.status + errors.connect + errors.read + errors.write + errors.timeout,
        latency:percentile(50), latency:percentile(99)))
end
