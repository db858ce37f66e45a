# One round: the pair undisturbed and under each observer in turn. Runs on the machine itself and in a guest's busybox.
# Prints lines "CONDITION NS_WITHOUT NS_WITH"; the pair's ns per round trip.
# Usage: overhead_round.sh FOLDER TIER PERIOD_S TRIPS BURSTS SECONDS PROBE BPFTRACE
folder=$1 tier=$2 period=$3 trips=$4 bursts=$5 seconds=$6 probe=$7 bpftrace=$8
cd "$folder" || exit 1
# Whom the observers follow; it never wakes.
sleep 1000000 &
target=$!
observer=
end() {
  # Again and again: bpftrace 0.17 was seen to outlive a signal.
  while [ -n "$observer" ] && kill -TERM $observer 2>/dev/null; do sleep 0.1; done
  [ -z "$observer" ] || wait $observer 2>/dev/null
  observer=
}
trap 'end; kill $target' EXIT
trap 'exit 1' INT TERM

# What attaching or detaching set off in the kernel and in the observer comes to rest first.
# On the machine itself at a real-time priority: what else runs there must not count.
[ $tier != tracepoint ] || first="chrt -f 50"
pair() {
  sleep 1
  case $1 in
  probe_run) ./pair mean $trips $seconds ;;
  *) $first ./pair decile $trips $bursts ;;
  esac
}

# Until the command given succeeds; an observer that ends before it is ready ends the round.
await() {
  until "$@" 2>/dev/null; do
    kill -0 $observer 2>/dev/null || { cat observer.log >&2; exit 1; }
    sleep 0.05
  done
}

tracepoints_attached() { grep -qs 'tp_name:.*sched_switch' /proc/$observer/fdinfo/*; }

start_probe() {
  rm -f overhead.csv
  "$probe" run --env overhead --require "$tier" --out overhead.csv "$@" >observer.log 2>&1 &
  observer=$!
}

# All hooks attached and the built-in target armed, as around an edge: at periods below 250 ms nearly all the time. On
# the one CPU of a guest its runs would stand in the pair's way; there the hooks are the same for another task.
probe_window() {
  case $tier in
  tracepoint)
    start_probe --runs 100000 --period 240ms
    await grep -qs '^1,' overhead.csv
    await tracepoints_attached
    ;;
  *) probe_other ;;
  esac
}

# The same for another task: the window around an edge, as long as it is for one that never wakes.
probe_other() {
  start_probe --runs 1000 --period "${period}s" --target pid:$target
  await tracepoints_attached
  # What was attached for a moment to see whether it can be.
  await grep -qs '^measuring ' observer.log
  await tracepoints_attached
}

# Attached, the edge an hour away or less.
probe_between() {
  start_probe --runs 1 --period 3600s
  await grep -qs '^measuring ' observer.log
}

# Runs of the built-in target at the default period, of 1 s, while the pair lasts for some of them.
probe_run() {
  start_probe --runs 1000
  await grep -qs '^1,' overhead.csv
}

empty_programs() {
  ./attach empty_$tier.o >observer.log 2>&1 &
  observer=$!
  await grep -qs '^attached$' observer.log
}

bpftrace_script() {
  sed "s/TARGET/$target/g" $tier.bt >observer.bt
  "$bpftrace" -B line observer.bt >observer.log 2>&1 &
  observer=$!
  # BEGIN's text is printed once everything is attached.
  await grep -qs '^attached$' observer.log
}

[ $tier != tracepoint ] || other=probe_other
for condition in probe_window empty_programs $other probe_between probe_run bpftrace_script; do
  without=$(pair $condition)
  $condition
  with=$(pair $condition)
  if { [ $condition = probe_window ] || [ $condition = probe_other ]; } && ! tracepoints_attached; then
    echo "the window closed before the pair was done; give a longer period" >&2
    exit 1
  fi
  end
  echo $condition $without $with
done
