#!/bin/sh
# Gets an access token for Lean's API from a lean-authentication-tokens service. Needs a POSIX shell and curl.
#
# Tokens and secrets reach no argument of a process, no trace and no message: others on the machine can read those.
# No option of the caller's shell exports a secret to COMMAND, either.
{ set +aeCx; } 2> /dev/null
set -u

MAX_RETRIES=3
# No response of the service is longer.
MAX_BYTES=65536
NEWLINE='
'

usage() {
    cat << 'END'
Usage: get-token.sh --scope SCOPE [OPTION...] --output FILE
       get-token.sh --scope SCOPE [OPTION...] --print
       get-token.sh --scope SCOPE [OPTION...] -- COMMAND [ARGUMENT...]

Gets an access token for the API of Lean Technologies from a lean-authentication-tokens service.

What happens to the token, exactly one of:
  --output FILE       replaces FILE by one with the token, which only you can read (mode 600)
  -- COMMAND ...      runs COMMAND with the token in the environment variable LEAN_ACCESS_TOKEN
  --print             prints the token: only if nobody else sees the output

Options:
  --scope SCOPE       api, or customer.<customer_id>
  --url URL           the service; default: $LEAN_TOKENS_URL, or else http://localhost:8080
  --credentials FILE  a file with the lines "client_id: ID" and "client_secret: SECRET" of a local client;
                      default: $LEAN_TOKENS_CLIENT_ID and $LEAN_TOKENS_CLIENT_SECRET, or else none are sent
  --no-cache          requests a new token from Lean, after Lean's API rejected the last one
  --wait SECONDS      waits and retries while the service is temporarily unavailable, up to 3 times and
                      SECONDS in total; default: 0
  --allow-http        sends the request unencrypted to another machine
  --help              prints this text

Exit codes:
  0  the token was written or printed; with COMMAND, the exit code is that of COMMAND
  2  the arguments are wrong; nothing was requested
  3  the request was rejected: change it as the message says
  4  credentials are missing or wrong
  5  temporarily unavailable: retry after the time in the message; if it has none, tell the user
  6  the service failed: an operator must act
  7  the service cannot be reached, or did not answer in time
  8  the response is not one of the service: check the URL
  9  the token cannot be written

Examples:
  get-token.sh --scope api --output token
  get-token.sh --scope api -- ./test.sh
END
}

fail() {
    code=$1
    shift
    printf 'get-token.sh: %s\n' "$*" >&2
    exit "$code"
}

wrong_usage() {
    fail 2 "$*; see --help"
}

# Fails if a value has control characters: a line break would end its line of curl's configuration.
check_characters() {
    controls=$(printf '%s' "$2" | LC_ALL=C tr -dc '\000-\037\177' && printf .)
    [ "$controls" = . ] || wrong_usage "$1 contains a control character"
}

# Prints a line of curl's configuration.
configure() {
    printf '%s = "%s"\n' "$1" "$(printf '%s\n' "$2" | LC_ALL=C sed 's/[\\"]/\\&/g')"
}

configuration() {
    configure url "$url"
    configure data-urlencode "scope=$scope"
    if [ -n "$client_id" ]; then
        configure data-urlencode "client_id=$client_id"
        configure data-urlencode "client_secret=$client_secret"
    fi
    [ -z "$no_cache" ] || configure header 'Cache-Control: no-cache'
    # A proxy would get the token, and could not reach this machine.
    [ -z "$on_this_machine" ] || configure noproxy '*'
}

# Prints the body, and below it the status and curl's exit code. -q: a .curlrc could follow redirects or print headers.
send() {
    configuration | curl -q --config - --silent --show-error --globoff --proto '=http,https' --connect-timeout 5 \
        --max-time 30 --user-agent get-token.sh --header 'Accept: application/json' --write-out '\n%{http_code}'
    printf '\n%s\n' "$?"
}

# Reads what send printed, and prints one line each: curl's exit code, the status, whether the body is a JSON object, the access
# token if the body is a token response for the requested scope, the error code, its description, and the seconds to wait.
parse() {
    EXPECTED_SCOPE=$scope LC_ALL=C awk '
        { line[NR] = $0 }

        END {
            for (i = 1; i <= NR - 2; i++) {
                rest = rest line[i] "\n"
            }
            valid = object()
            print number(line[NR])
            print number(line[NR - 1])
            print valid
            print (valid ? token() : "")
            print text_of("error")
            description = text_of("error_description")
            print description
            # No zero at the start, which would make it octal in the shell.
            print (match(description, /retry after (0|[1-9][0-9]*) s/) ? substr(description, RSTART + 12, RLENGTH - 14) : "")
        }

        function text_of(name) {
            return valid && kind[name] == "string" ? printable(member[name]) : ""
        }

        function number(text) {
            return text ~ /^[0-9]+$/ ? text + 0 : 0
        }

        function printable(text) {
            gsub(/[^ -~]/, "?", text)
            return substr(text, 1, 1000)
        }

        # RFC 6750, section 2.1.
        function token() {
            if (kind["access_token"] == "string" && member["access_token"] ~ /^[A-Za-z0-9._~+\/-]+=*$/ \
                    && tolower(member["token_type"]) == "bearer" \
                    && (!("scope" in kind) || member["scope"] == ENVIRON["EXPECTED_SCOPE"])) {
                return member["access_token"]
            }
            return ""
        }

        # Reads the object in rest: its strings and literals become members.
        function object(   name, separator) {
            if (next_kind() != "{") {
                return 0
            }
            separator = next_kind()
            while (separator != "}") {
                if (separator != "string") {
                    return 0
                }
                name = value
                if (name in kind || next_kind() != ":") {
                    return 0
                }
                kind[name] = next_kind()
                member[name] = value
                if (kind[name] != "string" && kind[name] != "literal" && !skip(kind[name])) {
                    return 0
                }
                separator = next_kind()
                if (separator == ",") {
                    separator = next_kind()
                } else if (separator != "}") {
                    return 0
                }
            }
            return next_kind() == "end"
        }

        # Skips the rest of a nested object or array.
        function skip(opened,   depth) {
            depth = 1
            if (opened != "{" && opened != "[") {
                return 0
            }
            while (depth > 0) {
                opened = next_kind()
                if (opened == "{" || opened == "[") {
                    depth++
                } else if (opened == "}" || opened == "]") {
                    depth--
                } else if (opened == "end" || opened == "") {
                    return 0
                }
            }
            return 1
        }

        # Removes the next element from rest and returns its kind: empty if it is not JSON.
        function next_kind(   first) {
            value = ""
            sub(/^[ \t\r\n]+/, "", rest)
            first = substr(rest, 1, 1)
            if (first == "") {
                return "end"
            }
            if (first == "\"") {
                return string()
            }
            if (match(rest, /^[-+.0-9A-Za-z]+/)) {
                value = substr(rest, 1, RLENGTH)
                rest = substr(rest, RLENGTH + 1)
                return value ~ /^(true|false|null|-?[0-9][-+.0-9Ee]*)$/ ? "literal" : ""
            }
            rest = substr(rest, 2)
            return index("{}[]:,", first) ? first : ""
        }

        function string(   mark) {
            rest = substr(rest, 2)
            while (match(rest, /["\\]/)) {
                value = value substr(rest, 1, RSTART - 1)
                mark = substr(rest, RSTART, 1)
                rest = substr(rest, RSTART + 1)
                if (mark == "\"") {
                    return "string"
                }
                value = value escaped()
            }
            return ""
        }

        # Characters that no token has become a line break, which is not printable either.
        function escaped(   mark, code, i, digit) {
            mark = substr(rest, 1, 1)
            rest = substr(rest, 2)
            if (mark != "u") {
                return mark != "" && index("\"\\/", mark) ? mark : "\n"
            }
            for (i = 1; i <= 4; i++) {
                digit = index("0123456789abcdef", tolower(substr(rest, i, 1))) - 1
                code = digit < 0 ? -65536 : code * 16 + digit
            }
            rest = substr(rest, 5)
            return code > 31 && code < 127 ? sprintf("%c", code) : "\n"
        }'
}

# Moves the first line of result to line.
next_line() {
    line=${result%%"$NEWLINE"*}
    result=${result#*"$NEWLINE"}
}

request() {
    result=$(send | LC_ALL=C tr -d '\000' | head -c "$((MAX_BYTES + 1000))" | parse && printf .) || result=.
    next_line; curl_code=$line
    next_line; http_status=$line
    next_line; is_json=$line
    next_line; token=$line
    next_line; error=$line
    next_line; description=$line
    next_line; retry_after=$line
}

# Exits unless the response has a token or can be requested again.
check_response() {
    case $curl_code in
        0) ;;
        5 | 6 | 7 | 28 | 35 | 5[2-8] | 60) fail 7 "cannot get a response from $url (curl exit code $curl_code)" ;;
        *) fail 8 "the response of $url is unusable (curl exit code $curl_code)" ;;
    esac
    if [ "$http_status" = 200 ]; then
        [ -n "$token" ] || fail 8 "the response of $url has no usable token for this scope"
        return
    fi
    if [ "$is_json" != 1 ] || [ -z "$error" ]; then
        fail 8 "the response of $url with status $http_status is not one of the service"
    fi
    case $http_status in
        401) message_code=4 ;;
        429 | 503 | 504) message_code=5 ;;
        4??) message_code=3 ;;
        *) message_code=6 ;;
    esac
    message="$error: $description (status $http_status)"
}

# Requests a token, again if the service says when and there is time left.
get_token() {
    retries=0
    while :; do
        request
        message=
        check_response
        [ -n "$message" ] || return
        if [ "$message_code" != 5 ] || [ -z "$retry_after" ] || [ "${#retry_after}" -gt 4 ] \
            || [ "$retry_after" -gt "$wait" ] || [ "$retries" = "$MAX_RETRIES" ]; then
            fail "$message_code" "$message"
        fi
        printf 'get-token.sh: %s; waiting\n' "$message" >&2
        sleep "$retry_after"
        wait=$((wait - retry_after))
        retries=$((retries + 1))
    done
}

# Fails unless the URL is that of a service that may be called, and makes it that of the token endpoint.
check_url() {
    [ "$(printf '%s' "$url" | LC_ALL=C tr -d 'A-Za-z0-9.:/_~%[]-' && printf .)" = . ] \
        || wrong_usage "the URL contains a character that is not allowed here"
    case $url in
        http://?* | https://?*) ;;
        *) wrong_usage "the URL does not start with http:// or https://" ;;
    esac
    authority=${url#*://}
    authority=${authority%%/*}
    case $authority in
        127.*[!0-9.:]*) ;;
        localhost | localhost:* | 127.* | '[::1]' | '[::1]:'*) on_this_machine=yes ;;
    esac
    case $url in
        https://*) ;;
        *) [ -n "$on_this_machine$allow_http" ] \
            || wrong_usage "$url would send the token unencrypted over the network: use https, or --allow-http if you were told to" ;;
    esac
    case $url in
        */v1/oauth2/token) ;;
        *) url=${url%/}/v1/oauth2/token ;;
    esac
}

# Prints a value of the file of --credentials, without spaces and the carriage return at the end of the line.
read_value() {
    LC_ALL=C sed -n -e 's/[[:space:]]*$//' -e "s/^[[:space:]]*$1[:=][[:space:]]*//p" < "$credentials"
}

read_credentials() {
    if [ -n "$credentials" ]; then
        if [ ! -r "$credentials" ] || [ ! -f "$credentials" ]; then
            wrong_usage "the file of --credentials cannot be read"
        fi
        client_id=$(read_value client_id)
        client_secret=$(read_value client_secret)
    fi
    if [ -z "$client_id" ] || [ -z "$client_secret" ]; then
        [ -z "$credentials$client_id$client_secret" ] \
            || wrong_usage "one of the client id and the client secret is missing"
    fi
    check_characters "the client id" "$client_id"
    check_characters "the client secret" "$client_secret"
}

# Creates the folder for the file that will replace the output: a folder without permission is noticed before the request.
create_temporary() {
    case $output in
        /dev/*) fail 9 "$output is no file: use --print" ;;
        /*) ;;
        *) output=./$output ;;
    esac
    [ ! -e "$output" ] || [ -f "$output" ] || fail 9 "$output is not a regular file"
    temporary=$output.$$
    umask 077
    # A folder, since it never exists already: a file could be a pipe that somebody else reads.
    mkdir "$temporary" 2> /dev/null || fail 9 "no folder can be created beside $output"
    trap 'rm -rf "$temporary"' EXIT
    trap 'exit 130' INT
    trap 'exit 143' HUP TERM
}

choose() {
    [ -z "$destination" ] || wrong_usage "only one of --output, --print and -- is allowed"
    destination=$1
}

# A variable of the environment with such a name would be passed on to every command.
unset token result line client_id client_secret

scope=
url=${LEAN_TOKENS_URL:-http://localhost:8080}
client_id=${LEAN_TOKENS_CLIENT_ID:-}
client_secret=${LEAN_TOKENS_CLIENT_SECRET:-}
credentials=
no_cache=
allow_http=
on_this_machine=
wait=0
destination=
output=

while [ $# -gt 0 ]; do
    case $1 in
        --scope=* | --url=* | --credentials=* | --wait=* | --output=*)
            option=${1%%=*}
            argument=${1#*=}
            shift
            set -- "$option" "$argument" "$@"
            ;;
    esac
    case $1 in
        --scope | --url | --credentials | --wait | --output)
            [ -n "${2-}" ] || wrong_usage "$1 needs a value"
            ;;
    esac
    case $1 in
        --scope) scope=$2; shift ;;
        --url) url=$2; shift ;;
        --credentials) credentials=$2; shift ;;
        --wait) wait=$2; shift ;;
        --output) choose output; output=$2; shift ;;
        --print) choose print ;;
        --no-cache) no_cache=yes ;;
        --allow-http) allow_http=yes ;;
        --help) usage; exit ;;
        --) choose command; shift; break ;;
        # Not repeated: it can be a misplaced secret.
        *) wrong_usage "an argument is unknown" ;;
    esac
    shift
done

[ -n "$scope" ] || wrong_usage "--scope is missing: api, or customer.<customer_id>"
[ -n "$destination" ] || wrong_usage "one of --output FILE, --print and -- COMMAND is required"
[ "$destination" != command ] || [ $# -gt 0 ] || wrong_usage "the command after -- is missing"
case $wait in
    *[!0-9]* | 0?* | ?????*) wrong_usage "--wait takes a number of seconds up to 9999" ;;
esac
# Before the first secret: all other programs show their arguments.
[ "$(command -v printf)" = printf ] \
    || wrong_usage "this shell has no printf of its own, and would show secrets to other users: use dash, bash or busybox sh"
check_characters "the scope" "$scope"
check_url
read_credentials
command -v curl > /dev/null || wrong_usage "curl is not installed"
[ "$destination" != output ] || create_temporary

get_token

case $destination in
    print) printf '%s\n' "$token" || fail 9 "the token cannot be printed" ;;
    output)
        printf '%s\n' "$token" > "$temporary/token" || fail 9 "$temporary/token cannot be written"
        mv -f "$temporary/token" "$output" || fail 9 "$output cannot be replaced"
        ;;
    command)
        unset LEAN_TOKENS_CLIENT_SECRET
        LEAN_ACCESS_TOKEN=$token
        export LEAN_ACCESS_TOKEN
        exec "$@"
        ;;
esac
