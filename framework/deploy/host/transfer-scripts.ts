// What a host runs when a file or folder goes there or comes from there. Constant: paths come as parameters, contents by pipe.

/** Path, size, mode. Takes its place only when it is whole. */
export const TAKE_FILE = [
  'if [ -d "$1" ]; then echo "$1 is a folder" >&2; exit 1; fi',
  'mkdir -p -- "${1%/*}/" || exit 1',
  'umask 077; t="$1.$$.part"',
  "trap 'rm -f -- \"$t\"' EXIT; trap 'exit 1' HUP INT TERM; trap '' PIPE",
  'cat >"$t" || exit 1',
  'if [ $(wc -c <"$t") -ne "$2" ]; then echo "not all of it arrived" >&2; exit 1; fi',
  'chmod "$3" "$t" && mv -f -- "$t" "$1"',
].join('; ');

/** Path. Adds to a folder that is there; the archive says the modes, and files belong to whoever takes them. */
export const TAKE_FOLDER = 'mkdir -p -- "$1" && umask 0 && exec tar -x -o -f - -C "$1"';

/** Path. One line says what follows: `file MODE` and its bytes, or `folder` and an archive of what is in it. */
export const GIVE = [
  'if [ -d "$1" ]; then cd -- "$1" || exit 1; echo folder; exec tar -c -f - .; fi',
  'if [ ! -e "$1" ]; then echo "there is no $1" >&2; exit 1; fi',
  'exec <"$1" || exit 1',
  'echo "file $(stat -L -c %a -- "$1" 2>/dev/null || echo 644)"; exec cat',
].join('; ');

/** Of GNU tar, about files that were written meanwhile: what was there is in the archive. */
export const MEANWHILE =
  /^(tar: [^\n]*(file changed as we read it|File removed before we read it|File shrank by [^\n]*)\n?)*$/;
