// Takes back by hand what a helper would have: for hosts whose helper is dead and cannot be started again. Constant scripts.
import type { Command } from '../host/host.js';

/** Prints what the last helper remembered, if there is or was one that did not end well. $1 its folder. */
const LOOK = `
if [ -e "$1/helper.state" ]; then head -c 1000000 "$1/helper.state"; exit 0; fi
[ ! -S "$1/helper.sock" ] || echo '{}'
`;

/**
 * Removes chains, tables, queueing disciplines and devices that bear our names, and no others; wakes what is stopped and carries the
 * mark of a node. Prints a line for each thing that it took back, `failed …` for what it could not, and last how many processes of
 * nodes there are.
 */
const SWEEP = `
PATH="\${CHAOS_TOOLS:+$CHAOS_TOOLS:}$PATH:/usr/local/sbin:/usr/sbin:/sbin"; LC_ALL=C; export PATH LC_ALL
has() { command -v "$1" >/dev/null; }
undo() { what="$1"; shift; if said="$("$@" 2>&1 </dev/null)"; then echo "removed $what"; else echo "failed to remove $what: $said"; fi; }
for tool in iptables ip6tables; do
  has "$tool" && listed="$("$tool" -w 5 -S 2>/dev/null)" || continue
  for chain in $(printf '%s\\n' "$listed" | sed -n 's/^-N \\(CHAOS-\\(IN\\|OUT\\|TRY-[0-9]*\\)\\)$/\\1/p'); do
    for hook in INPUT OUTPUT; do
      for turn in 1 2 3 4 5; do "$tool" -w 5 -D "$hook" -j "$chain" 2>/dev/null || break; done
    done
    "$tool" -w 5 -F "$chain"
    undo "chain $chain of $tool" "$tool" -w 5 -X "$chain"
  done
done
if has nft; then
  for table in $(nft list tables 2>/dev/null | sed -n 's/^table inet \\(chaosplan\\(_try_[0-9]*\\)\\{0,1\\}\\)$/\\1/p'); do
    undo "table $table of nft" nft delete table inet "$table"
  done
fi
if has tc; then
  for device in $(tc qdisc show 2>/dev/null | sed -n 's/^qdisc htb c405: dev \\([^ ]*\\) root .*/\\1/p'); do
    undo "shaping of $device" tc qdisc del dev "$device" root handle c405:
  done
fi
if has ip; then
  for device in $(ip -o link show 2>/dev/null | sed -n 's/^[0-9]*: \\(chtry[0-9]*\\)@.*/\\1/p'); do
    undo "device $device" ip link del "$device"
  done
fi
woken=0; alive=0
for pid in $(grep -ls CHAOS_NODE= /proc/[0-9]*/environ 2>/dev/null | sed 's/[^0-9]//g'); do
  tr '\\0' '\\n' <"/proc/$pid/environ" 2>/dev/null | grep -q '^CHAOS_NODE=' || continue
  state="$(sed 's/.*) \\(.\\).*/\\1/' "/proc/$pid/stat" 2>/dev/null)"
  case "$state" in
    ''|Z|X) continue ;;
    T) if kill -CONT "$pid"; then woken=$((woken + 1)); else echo "failed to wake process $pid"; fi ;;
  esac
  alive=$((alive + 1))
done
[ "$woken" = 0 ] || echo "woken $woken"
echo "alive $alive"
`;

/** `folder`: the helper's. */
export function lookCommand(folder: string): Command {
  return ['sh', '-c', LOOK, 'sh', folder];
}

export const SWEEP_COMMAND: Command = ['sh', '-c', SWEEP];
