// The two programs of a lab that must be shell scripts, since they run between `unshare` and what they start. Both are constant:
// everything that differs arrives as a positional parameter.

/**
 * What a host may not do, since it would do it to the machine: move the clock, load modules, reach devices. Also for whoever enters.
 */
export const BOUNDED = ['setpriv', '--bounding-set', '-sys_time,-sys_module,-sys_rawio', '--'] as const;

/** The name of the rack's bridge, and of its end of the link to this process; both live in a network namespace of their own. */
export const BRIDGE = 'br0';
export const UPLINK = 'up0';

/**
 * The rack: first process of the namespaces that hold a whole lab. When it ends, for whatever reason, the kernel ends every host and
 * frees every mount and link with it; when its standard input ends, or on SIGTERM, it also removes the lab's files.
 *
 * $1: state folder, $2: folder of the disks, $3: claim of the subnet, $4: bytes of each data disk or nothing, others: folders of the
 * hosts. Prints its process id as the machine sees it: /proc is still the machine's.
 */
export const RACK = `
state=$1 disks=$2 claim=$3 size=$4
shift 4
finish() {
  set +e
  kill -s KILL -- -1
  ip link del ${UPLINK}
  for data in "$disks"/*/data; do umount -l "$data"; done
  rm -rf -- "$disks" "$state"
  rm -f -- "$claim"
  rmdir -- "\${state%/*}" "\${disks%/*}"
  trap - EXIT
  exit 0
} 2>/dev/null
trap finish EXIT TERM
set -e
read -r pid rest </proc/self/stat
exec 3<&0 </dev/null
if [ -n "$size" ]; then
  for host; do mount -t tmpfs -o "size=$size,mode=755" tmpfs "$host/data"; done
fi
ip link add ${BRIDGE} type bridge
ip link set ${BRIDGE} up
echo "$pid"
exec >/dev/null 2>&1
(
  while read -r word; do
    if [ "$word" = keep ]; then exit 0; fi
  done <&3
  kill -s TERM 1
) &
exec 3<&-
while :; do
  sleep 1000000 &
  wait "$!" || :
done
`;

/**
 * What is left of the first process of a host: it collects whatever ends there without a parent. A shell that waits for a child
 * does; a program that merely sleeps would leave every killed node behind as a zombie.
 */
const INIT = 'while :; do sleep 86400 & wait $! || :; done';

/**
 * A host: first process of its namespaces, started within those of the rack.
 *
 * $1: its folder, $2: name, $3: address with prefix length, $4: address of its network card, $5: process id of the rack, $6: name of
 * its port on the bridge, $7: folder with what sshd needs, $8: sshd, or nothing, $9: options that overlays need here; then the folder
 * that no host may see, and the folders that overlays cover. Prints its process id as the machine sees it, later \`up\`.
 */
export const HOST = `
set -e
read -r pid rest </proc/self/stat
echo "$pid"
folder=$1 name=$2 address=$3 card=$4 rack=$5 port=$6 keys=$7 sshd=$8 options=$9
shift 9
hidden=$1
shift
nsenter --net="/proc/$rack/ns/net" ip link add "$port" master ${BRIDGE} up type veth peer name eth0 address "$card" netns 1
printf 'link set lo up\\naddr add %s dev eth0\\nlink set eth0 up\\n' "$address" | ip -batch -
cd "$folder"
if [ "$1" != / ]; then mount --bind root root; fi
i=0
for layer; do
  mount -t overlay -o "lowerdir=$layer,upperdir=layers/$i/upper,workdir=layers/$i/work$options" overlay "root$layer" 2>/dev/null || {
    echo "the file system of $folder cannot take what a host writes, as the upper layer over $layer" >&2
    exit 1
  }
  i=$((i + 1))
done
if [ -d data ]; then
  if [ ! -w data ]; then mount --options-mode ignore -o remount,rw data; fi
  mount --bind data root/var/lib/chaos
fi
cd root
if [ -d ".$hidden" ]; then mount -t tmpfs -o ro,size=4k,mode=700 tmpfs ".$hidden"; fi
mount -t proc proc proc
if [ -e proc/sysrq-trigger ]; then mount --bind /dev/null proc/sysrq-trigger; fi
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
mount -t tmpfs -o mode=755 tmpfs dev
mkdir dev/net dev/pts dev/shm run/chaos-lab run/lock run/outside run/sshd
for device in full fuse net/tun null random tty urandom zero; do
  if [ -c "/dev/$device" ]; then
    : >"dev/$device"
    mount --bind "/dev/$device" "dev/$device"
  fi
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
mount -t tmpfs -o mode=1777 tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
hostname "$name" 2>/dev/null || echo "$name" >/proc/sys/kernel/hostname
if [ -n "$sshd" ]; then
  cp "$keys/sshd_config" "$keys/host_key" "$keys/authorized_keys" run/chaos-lab
  chmod 600 run/chaos-lab/*
fi
pivot_root . run/outside
umount -l run/outside
rmdir run/outside
if [ -n "$sshd" ]; then
  ${BOUNDED.join(' ')} "$sshd" -D -e -f /run/chaos-lab/sshd_config >/dev/null 2>>/var/log/sshd.log &
fi
echo up
exec >/dev/null 2>&1
exec ${BOUNDED.join(' ')} sh -c '${INIT}'
`;
