#!/bin/bash
# Succeeds if the service is ready. For HEALTHCHECK and for exec probes; in bash alone, since the micro image has no curl.
# The service is asked on the loopback interface, so a container that listens nowhere else can be probed too.
set -u
exec 3<> "/dev/tcp/127.0.0.1/${PORT:-8080}" || exit 1
# Bash speaks no TLS: where there is some, an open port has to do.
[[ -n "${TLS_CERTIFICATE:-}${TLS_KEY_STORE:-}" ]] && exit 0
printf 'GET /q/health/%s HTTP/1.0\r\nHost: localhost\r\n\r\n' "${1:-ready}" >&3
read -r -t 3 _ status _ <&3
[[ "${status:-}" == 200 ]]
