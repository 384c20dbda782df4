-- Access token requests for wrk. The environment variable TRAFFIC is cached, missed, mixed, mcp (in a session), mcp-stateless (without
-- a handshake) or proxied.
-- wrk waits for the response on each connection before it sends the next request: a slow response costs one request, not a queue.

local traffic = os.getenv("TRAFFIC")
local session = os.getenv("MCP_SESSION")
local known = 1000

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

local function id(number, run)
  return string.format("customer.%08x-0000-4000-8000-%012x", run, number)
end

local function body(scope)
  return '{"scope":"' .. scope .. '"}'
end

local next_new = 0
local run = 0

-- Body of a request for a customer that was not requested before.
local function stranger()
  next_new = next_new + 1
  return body(id(next_new, run))
end

function init(args)
  -- A run that starts in another second has other customers.
  run = os.time() % 0x7fffffff + 1
  math.randomseed(run)
  if traffic == "mcp" then
    wrk.headers["Accept"] = "application/json, text/event-stream"
    wrk.headers["Mcp-Session-Id"] = session
    wrk.body = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"lean-generate-access-token",'
      .. '"arguments":{"body":{"scope":"api"}}}}'
  elseif traffic == "mcp-stateless" then
    wrk.headers["Accept"] = "application/json, text/event-stream"
    wrk.headers["MCP-Protocol-Version"] = "2026-07-28"
    wrk.headers["Mcp-Method"] = "tools/call"
    wrk.headers["Mcp-Name"] = "lean-generate-access-token"
    wrk.body = '{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"lean-generate-access-token",'
      .. '"arguments":{"body":{"scope":"api"}},"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28",'
      .. '"io.modelcontextprotocol/clientInfo":{"name":"benchmark","version":"1"},'
      .. '"io.modelcontextprotocol/clientCapabilities":{}}}}'
  elseif traffic == "proxied" then
    -- A plain proxy has no secret, so the caller sends its credentials.
    wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
    wrk.body = "grant_type=client_credentials&client_id=0a7e3c52-6d5b-4f0e-9a3c-5d2f6b1c8e90"
      .. "&client_secret=not-a-secret-but-as-long-as-one&scope=api"
  else
    wrk.body = body("api")
  end
  if traffic == "missed" then
    request = function() return wrk.format(nil, nil, nil, stranger()) end
  elseif traffic == "mixed" then
    request = function()
      local dice = math.random(100)
      if dice <= 80 then return wrk.format() end
      if dice <= 99 then return wrk.format(nil, nil, nil, body(id(math.random(known), 0))) end
      return wrk.format(nil, nil, nil, stranger())
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "p999": %d, "longest": %d, "errors": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
