/**
 * The shell script that Envoy runs under. Envoy cannot notice that its parent ended, so the script does: its standard input is a pipe
 * that we hold open, and the system closes the pipe when we end, however we end. It runs its arguments as Envoy, writes
 * Envoy's process id to descriptor 3, sends Envoy the signals that it reads as lines from the pipe (`TERM`), kills Envoy
 * when the pipe closes, and ends when Envoy ends, with its exit code (128 and the signal's number after a signal).
 */
export const guardScript = `
exec 4<&0
"$@" </dev/null 3>&- 4<&- &
envoy=$!
echo "$envoy" >&3
exec 3>&- 2>/dev/null
(
  while read -r signal; do kill -"$signal" "$envoy"; done
  kill -KILL "$envoy"
) <&4 >/dev/null &
guard=$!
exec 4<&-
wait "$envoy"
code=$?
kill "$guard"
wait "$guard"
exit "$code"
`;
