#!/bin/bash
# Succeeds if the service is ready. For HEALTHCHECK and for exec probes; in pure bash, because the micro image has no curl.
# It connects to the loopback interface, so containers that listen only there can be probed too.
set -u
exec 3<> "/dev/tcp/127.0.0.1/${PORT:-8080}" || exit 1
# Bash has no TLS: with a certificate, an open port is enough.
[[ -n "${TLS_CERTIFICATE:-}${TLS_KEY_STORE:-}" ]] && exit 0
printf 'GET /q/health/%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${1:-ready}" >&3
read -r -t 3 _ status _ <&3
[[ "${status:-}" == 200 ]]
