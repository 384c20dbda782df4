#!/bin/bash
# Creates the archive from which the JVM starts fast, while the image is built: an AOT cache if Java supports it, AppCDS otherwise.
# The JVM that will use it must create it, from the same files at the same paths. The script starts the service, requests tokens on
# both ports, and stops it. The service is its own Lean meanwhile: nothing leaves the machine, and every request fails.
# In pure bash, because the images have no curl. It leaves no file but the archive.
#
#   archive.sh <folder of quarkus-run.jar> [JVM options]
set -eu
folder=$1
shift
here=$(dirname "$0")
archive=$folder/startup.jsa
# Renamed once it is complete: a JVM ignores an archive that does not match, but a truncated one can crash it.
unfinished=$archive.unfinished
export PORT=${PORT:-8080} MCP_PORT=${MCP_PORT:-9090}
export LEAN_URL=http://127.0.0.1:$PORT LEAN_CLIENT_ID=00000000-0000-0000-0000-000000000000 LEAN_CLIENT_SECRET=none
export LEAN_REQUESTS_PER_MINUTE=1000

for port in $PORT $MCP_PORT; do
  if (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; then
    echo "port $port is in use; set PORT and MCP_PORT to free ports" >&2
    exit 1
  fi
done

# Otherwise each JVM would leave a folder in /tmp for its performance data.
java=(java -XX:-UsePerfData)
record=-XX:ArchiveClassesAtExit=$unfinished
"${java[@]}" -XX:AOTCacheOutput="$unfinished" -version > /dev/null 2>&1 && record=-XX:AOTCacheOutput=$unfinished
rm -f "$unfinished"

crlf=$'\r\n'

# post <port> <path> <body> [headers]
post() {
  exec 3<> "/dev/tcp/127.0.0.1/$1"
  printf 'POST %s HTTP/1.0\r\nHost: localhost\r\nContent-Type: application/json\r\nAccept: application/json, text/event-stream\r\n%sContent-Length: %d\r\n\r\n%s' \
    "$2" "${4:+$4$crlf}" "${#3}" "$3" >&3
  timeout 20 cat <&3
  exec 3>&-
}

log=$archive.log
"${java[@]}" "$record" "$@" -Dquarkus.http.host=127.0.0.1 -jar "$folder/quarkus-run.jar" > "$log" 2>&1 &
service=$!
trap '[[ $? == 0 ]] || { cat "$log" >&2; kill $service 2> /dev/null && wait $service || true; }; rm -f "$log" "$unfinished"' EXIT
trap 'exit 143' TERM INT
for _ in {1..120}; do
  "$here/healthcheck.sh" ready 2> /dev/null && break
  kill -0 $service
  sleep 0.5
done
kill -0 $service
initialize='{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"archive","version":"1"}}}'
session=
while IFS=': ' read -r name value; do
  [[ "${name,,}" == mcp-session-id ]] && session="Mcp-Session-Id: ${value%$'\r'}"
done < <(post "$MCP_PORT" /mcp "$initialize")
[[ -n $session ]]
stateless="MCP-Protocol-Version: 2026-07-28${crlf}Mcp-Method: tools/call${crlf}Mcp-Name: lean-generate-access-token"
meta='"_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}'
call='"name":"lean-generate-access-token","arguments":{"body":{"scope":"api"}}'
for _ in {1..50}; do
  post "$PORT" /v1/oauth2/token '{"scope":"api"}'
  post "$MCP_PORT" /mcp '{"jsonrpc":"2.0","id":2,"method":"tools/list"}' "$session"
  post "$MCP_PORT" /mcp '{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{'"$call"'}}' "$session"
  post "$MCP_PORT" /mcp '{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{'"$call,$meta"'}}' "$stateless"
done > /dev/null
kill $service
# 143: the exit code after SIGTERM.
wait $service || [[ $? == 143 ]]
[[ -s $unfinished ]]
mv "$unfinished" "$archive"
echo "$archive: $("${java[@]}" -version 2>&1 | head -n 1)"
