/**
 * Runs one command and records its end. Arguments: the task's folder, then the command's words.
 *
 * It leads a process group of its own, waits for a line on standard input before it starts anything (so an engine that dies
 * before the handle is stored leaves nothing that runs), survives the SIGTERM that ends its command in order to record the
 * exit code, and ends by asking whatever the command left in the group to go. The record counts only with its last line.
 */
export const wrapperScript = `
trap : TERM INT HUP QUIT
read -r go || exit 0
folder=$1
shift
: > "$folder/start"
"$@" < /dev/null
code=$?
{ echo "exit $code"; times; echo end; } > "$folder/exit"
kill -s TERM -- "-$$" 2> /dev/null
exit "$code"
`;

/**
 * Ends the groups of an engine that is gone. It reads the id of each group twice, when it starts and when it has ended, and at the
 * end of its input (the engine's death closes the pipe) kills those that it has read an odd number of times. Argument: seconds of grace.
 */
export const guardScript = `
trap '' TERM INT HUP QUIT
left=$(awk '{ on[$1] = !on[$1] } END { for (id in on) if (on[id]) print id }')
[ -n "$left" ] || exit 0
for id in $left; do kill -s TERM -- "-$id" 2> /dev/null; done
sleep "$1"
for id in $left; do kill -s KILL -- "-$id" 2> /dev/null; done
`;
