# shellcheck shell=bash
# Whether the guest's run is a success.

judge() {
    local status report tests run=0 skipped=0
    mkdir -p "$reports"
    find "$results" -maxdepth 1 -name 'TEST-*.xml' -exec cp -- {} "$reports/" \;
    [ ! -e "$results/failure" ] || fail "$(cat "$results/failure"), see $work/console.log"
    [ ! -e "$results/timed-out" ] && [ "$machine_timed_out" = no ] ||
        fail "the time limit of $time_limit s passed, see $work/tests.log"
    [ -s "$results/exit-code" ] || fail "the guest ended before its tests did, see $work/console.log"
    status=$(cat "$results/exit-code")

    for report in "$reports"/TEST-*.xml; do
        [ -e "$report" ] || continue
        tests=$(count tests "$report")
        skipped=$((skipped + $(count skipped "$report")))
        run=$((run + tests))
    done
    run=$((run - skipped))
    [ "$status" -ne 2 ] && [ "$run" -gt 0 ] || fail "no test ran, see $work/tests.log"
    [ "$status" -eq 0 ] || fail "tests failed (status $status), see $work/tests.log and $reports"
    [ "$run" -ge "$minimum_tests" ] || fail "only $run tests ran, $minimum_tests are the least: guest.minimumTests"
    say "$run tests passed, $skipped skipped; reports in $reports"
}

# count <attribute> <report>: the start tag may run over several lines
count() {
    local suite
    suite=$(tr '\n' ' ' <"$2" | grep -oE '<testsuite [^>]*>' | head -n 1) || fail "no test suite in $2"
    [[ $suite =~ \ $1=\"([0-9]+)\" ]] || fail "no number of $1 in $2"
    echo "${BASH_REMATCH[1]}"
}
