-- wrk script: sends one request over and over and counts only good answers, which have status 200 and hold the
-- expected text. `wrk … -s good.lua URL -- METHOD BODY EXPECTED`; the last line printed is a JSON object.

local threads = {}

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    wrk.method = args[1]
    if args[2] ~= "" then
        wrk.body = args[2]
        wrk.headers["Content-Type"] = "application/json"
    end
    expected = args[3]
    good, wrong, other = 0, 0, 0
    request_bytes = wrk.format()
end

function request()
    return request_bytes
end

function response(status, headers, body)
    if status ~= 200 then
        other = other + 1
    elseif string.find(body, expected, 1, true) then
        good = good + 1
    else
        wrong = wrong + 1
    end
end

function done(summary, latency, requests)
    local good, wrong, other = 0, 0, 0
    for _, thread in ipairs(threads) do
        good = good + thread:get("good")
        wrong = wrong + thread:get("wrong")
        other = other + thread:get("other")
    end
    local errors = summary.errors
    io.write(string.format(
        '{"good":%d,"wrong_body":%d,"other_status":%d,"broken":%d,"microseconds":%d,"p50":%d,"p99":%d}\n',
        good, wrong, other, errors.connect + errors.read + errors.write + errors.timeout,
        summary.duration, latency:percentile(50), latency:percentile(99)))
end
