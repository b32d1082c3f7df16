// The trial of what a host can do to its network, as a constant script for any POSIX shell: nothing needs to be there but the tools.
import type { Command } from '../../host/host.js';

/**
 * In a namespace of its own the loopback device will do; elsewhere ($1 is empty) a pair of devices is made and removed. CHAOS_TOOLS as
 * in run.ts: a shell such as busybox's, whose own small `tc` and `ip` come before all on the PATH, has to be told of those by name.
 */
const TRIAL = `
PATH="\${CHAOS_TOOLS:+$CHAOS_TOOLS:}$PATH:/usr/local/sbin:/usr/sbin:/sbin"; LC_ALL=C; shaping=''; export PATH LC_ALL
IFS=:; for folder in $CHAOS_TOOLS; do if [ -x "$folder/tc" ]; then shaping="$folder"; fi; done; unset IFS
if [ -n "$shaping" ]; then
  tc() { "$shaping/tc" "$@"; }
  ip() { "$shaping/ip" "$@"; }
fi
chain="CHAOS-TRY-$$"; table="chaosplan_try_$$"; device="$1"
yes() { echo "$1=yes"; }
no() { echo "$1=no $(printf '%s\\n' "$2" | sed -n '/./{p;q;}')"; }
try() { name="$1"; shift; if said="$("$@" 2>&1 </dev/null)"; then yes "$name"; else no "$name" "$said"; fi; }
feed() { text="$1"; shift; printf '%s\\n' "$text" | "$@"; }
filter() {
  try "$1" feed "*filter
:$chain - [0:0]
-A $chain -s $3 -j DROP
COMMIT" "$1-restore" --noflush -w 5
  try "$2" "$1" -w 5 -A "$chain" -d "$3" -m statistic --mode random --probability 0.5 -j DROP
  feed "*filter
-F $chain
-X $chain
COMMIT" "$1-restore" --noflush -w 5 2>/dev/null
}
filter iptables statistic 192.0.2.1
filter ip6tables statistic6 2001:db8::1
try nft feed "table inet $table { chain input { type filter hook input priority -5; ip saddr 192.0.2.1 counter drop; }; }" nft -f -
try numgen nft add rule inet "$table" input numgen random mod 1000000 '<' 500000 drop
nft delete table inet "$table" 2>/dev/null
if ! command -v tc >/dev/null; then
  for name in tc htb u32 netem; do no "$name" "tc: not found"; done
  exit 0
fi
if [ -z "$device" ]; then
  made="chtry$$"
  trap 'ip link del "$made" 2>/dev/null' EXIT
  ip link add "$made" type veth peer name "\${made}p" 2>/dev/null && device="$made"
fi
if [ -z "$device" ]; then
  for name in tc htb u32 netem; do no "$name" "no device can be made to try it on"; done
  exit 0
fi
try tc tc qdisc show dev "$device"
try htb tc qdisc add dev "$device" root handle c405: htb default 0
tc class add dev "$device" parent c405: classid c405:1 htb rate 1mbit 2>/dev/null
try u32 tc filter add dev "$device" parent c405: protocol ip prio 1 u32 match ip dst 192.0.2.1/32 flowid c405:1
tc qdisc del dev "$device" root 2>/dev/null
try netem tc qdisc add dev "$device" root handle c405: netem delay 1ms
tc qdisc del dev "$device" root 2>/dev/null
exit 0
`;

const OUTER = `
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"; export PATH
if unshare -n true 2>/dev/null; then exec unshare -n sh -c "$1" sh lo; fi
exec sh -c "$1" sh ""
`;

/** Prints a line for each ability: \`name=yes\`, or \`name=no\` and why. */
export const ABILITIES_COMMAND: Command = ['sh', '-c', OUTER, 'sh', TRIAL];
