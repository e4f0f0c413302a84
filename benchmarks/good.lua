-- wrk script: sends one request over and over and counts only good answers, which have status 200, are long enough, and
-- hold the expected text at their end. `wrk … -s good.lua URL -- METHOD BODY_FILE EXPECTED LEAST_BYTES CLIENTS`; no
-- BODY_FILE is no body. With CLIENTS "real" the requests have the heads of HTTP clients, in turn; else only what HTTP
-- asks for. The last line printed is a JSON object.

local END_BYTES = 4096
local threads = {}

-- Without `Accept-Encoding`: some peers would compress their answers, which nobody here could look into.
local clients = {
    {["User-Agent"] = "python-requests/2.32.5", ["Accept"] = "*/*"},
    {["User-Agent"] = "python-httpx/0.28.1", ["Accept"] = "*/*"},
    {["User-Agent"] = "curl/8.14.1", ["Accept"] = "*/*"},
    {["User-Agent"] = "axios/1.12.2", ["Accept"] = "application/json, text/plain, */*"},
    {["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
        ["Accept"] = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
            .. "application/signed-exchange;v=b3;q=0.7"},
}

function setup(thread)
    table.insert(threads, thread)
end

function init(args)
    wrk.method = args[1]
    if args[2] ~= "" then
        local file = assert(io.open(args[2], "rb"))
        wrk.body = file:read("*a")
        file:close()
        wrk.headers["Content-Type"] = "application/json"
    end
    expected, least = args[3], tonumber(args[4])
    good, wrong, other, sent = 0, 0, 0, 0
    requests = {}
    for _, fields in ipairs(args[5] == "real" and clients or {{}}) do
        local headers = {}
        for name, value in pairs(wrk.headers) do headers[name] = value end
        for name, value in pairs(fields) do headers[name] = value end
        table.insert(requests, wrk.format(nil, nil, headers))
    end
end

function request()
    sent = sent + 1
    return requests[sent % #requests + 1]
end

function response(status, headers, body)
    if status ~= 200 then
        other = other + 1
    elseif #body >= least and string.find(body, expected, math.max(1, #body - END_BYTES), true) then
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
