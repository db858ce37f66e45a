# One round: the pair undisturbed and under each observer in turn. Runs on the machine itself and in a guest's busybox.
# Prints lines "CONDITION NS_WITHOUT NS_WITH"; the pair's ns per round trip, of conditions in _timers ns of a sleep's end.
# Usage: overhead_round.sh FOLDER TIER PERIOD_S TRIPS BURSTS SECONDS PROBE BPFTRACE CONDITION...
# A condition begins with the observer: probe, before (the program of an earlier commit, FOLDER/before), causes (with
# detail = "causes"), slow (with --on-slow), empty, bpftrace.
folder=$1 tier=$2 period=$3 trips=$4 bursts=$5 seconds=$6 probe=$7 bpftrace=$8
shift 8
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

# What attaching or detaching set off in the kernel and in the observer comes to rest first: in the guest, where a sleep
# costs no time, for longer, because the kernel removes hooks on functions long after the program has gone.
# On the machine itself at a real-time priority: what else runs there must not count.
if [ $(nproc) = 1 ]; then rest=30; else rest=1 first="chrt -f 50"; fi
pair() {
  sleep $rest
  case $1 in
  *_run) ./pair mean $trips $seconds ;;
  *_timers) $first ./pair timer 1 $((trips * bursts / 10)) ;;
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
  rm -f overhead.csv*
  "$program" run --env overhead --require "$tier" --out overhead.csv $options "$@" >observer.log 2>&1 &
  observer=$!
}

printf 'version = 1\ndetail = "causes"\n' >causes.toml
# Which probe observes in that condition, and how.
choose() {
  program=$probe options=
  case $1 in
  before_*) program=$folder/before ;;
  causes_*) options="--runbook causes.toml" ;;
  slow_*) options="--on-slow 1s" ;;
  esac
}

# All hooks attached and the built-in target armed, as around an edge: at periods below 250 ms nearly all the time. At the
# full tier, on the one CPU of a guest, its runs would stand in the pair's way; there the hooks are the same for another
# task.
observe_window() {
  case $tier in
  tracepoint)
    start_probe --runs 100000 --period 240ms
    await grep -qs '^1,' overhead.csv
    await tracepoints_attached
    ;;
  *) observe_other ;;
  esac
}

# The same for another task: the window around an edge, as long as it is for one that never wakes.
observe_other() {
  start_probe --runs 1000 --period "${period}s" --target pid:$target
  await tracepoints_attached
  # What was attached for a moment to see whether it can be.
  await grep -qs '^measuring ' observer.log
  await tracepoints_attached
}

# Attached, the edge an hour away or less.
observe_between() {
  start_probe --runs 1 --period 3600s
  await grep -qs '^measuring ' observer.log
}

observe_timers() { observe_window; }

# Runs of the built-in target at the default period, of 1 s, while the pair lasts for some of them.
observe_run() {
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

for condition in "$@"; do
  without=$(pair $condition)
  case $condition in
  empty_programs | bpftrace_script) $condition ;;
  *)
    choose $condition
    observe_${condition#*_}
    ;;
  esac
  with=$(pair $condition)
  case $condition in
  *_window | *_other | *_timers)
    if ! tracepoints_attached; then
      echo "the window closed before the pair was done; give a longer period" >&2
      exit 1
    fi
    ;;
  esac
  end
  echo $condition $without $with
done
