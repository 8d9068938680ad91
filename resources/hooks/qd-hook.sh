#!/bin/sh
# qd-hook.sh AGENT EVENT : called by an agent program with one event as JSON on standard input. Appends it as one line to
# the file named by $QD_EVENTS, which the hub reads. Says nothing, changes nothing for the agent, and always ends with 0
# within a second. Outside a Quarterdeck session it ends at once.
[ -n "${QD_EVENTS:-}" ] && [ -n "${QD_SESSION_NAME:-}" ] || exit 0
case "$1$2$QD_SESSION_NAME" in *[!A-Za-z0-9_-]*) exit 0 ;; esac
LC_ALL=C
export LC_ALL
umask 077

record() {
  at=$(date +%s%3N)
  # Systems whose date knows no milliseconds print the letters instead.
  case "$at" in *[!0-9]*) at=$(date +%s)000 ;; esac
  # One line: blanks between JSON's marks may be anything, inside its strings there are no raw line ends.
  in=$(tr '\r\n\t\000' '    ')
  in=${in%"${in##*[! ]}"}
  size=${#in}
  cut=false
  if [ "$size" -gt 48000 ]; then
    # Too large for one write: keep the fields that say what happened. A quote inside a JSON string is escaped, so that
    # "name":"value" with plain quotes is a field and not a quotation; the first one is the outermost.
    cut=true
    in=$(printf '%s' "$in" | awk '
      function field(name,   at, rest) {
        if (match($0, "\"" name "\"[ ]*:[ ]*\"")) {
          rest = substr($0, RSTART + RLENGTH, 2000)
          if (match(rest, /^([^"\\]|\\.)*"/)) return "\"" name "\":\"" substr(rest, 1, RLENGTH)
        }
        return ""
      }
      {
        n = split("session_id transcript_path cwd hook_event_name agent_id turn_id prompt_id tool_name notification_type source reason error", names, " ")
        out = ""
        for (i = 1; i <= n; i++) { f = field(names[i]); if (f != "") out = out (out == "" ? "" : ",") f }
        print "{" out "}"
        exit
      }')
  fi
  case "$in" in '{'*'}') ;; *) in=null ;; esac
  # dd gathers the line and writes it in one piece, so that lines of two events never mix.
  printf '{"v":1,"at":%s,"agent":"%s","session":"%s","event":"%s","cut":%s,"in":%s}\n' \
    "$at" "$1" "$QD_SESSION_NAME" "$2" "$cut" "$in" | dd obs=65536 2>/dev/null >>"$QD_EVENTS"
}

# The work runs beside a clock, away from the agent's pipes: neither a full disk nor an input that never ends holds the
# agent up.
exec 3<&0
record "$1" "$2" <&3 >/dev/null 2>&1 &
work=$!
(
  sleep 0.8 || sleep 1
  kill "$work"
) </dev/null >/dev/null 2>&1 3<&- &
clock=$!
wait "$work" 2>/dev/null
kill "$clock" 2>/dev/null
exit 0
