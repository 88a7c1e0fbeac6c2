#!/usr/bin/env bash
# Boots a Linux guest under QEMU and runs the compiled tests tagged `guest` in it.
#
# `mvn verify -Pguest` calls it after the tests are compiled. Settings are environment variables:
#   GUEST_TARGET          the module's target folder, with classes, test-classes and guest/{lib,classpath,java}
#   GUEST_CACHE           where kernels are kept between runs; NVMELM_GUEST_CACHE goes before it
#   NVMELM_GUEST_MIRROR   URL of an archive with Debian's security suite; by default the one that the host's apt uses
#   GUEST_KERNEL          debian: Debian's own 6.12; iommufd: built from Debian's source, with iommufd and VFIO cdevs
#   GUEST_ACCEL           tcg or kvm
#   GUEST_TIME_LIMIT      seconds that one boot with all tests may take
#   GUEST_MINIMUM_TESTS   fewer tests than these are a failure
#   GUEST_TESTS           regular expression over class names; empty: all
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=$(realpath "${GUEST_TARGET:?the target folder of the module}")
cache=${NVMELM_GUEST_CACHE:-${GUEST_CACHE:-$target/guest/cache}}
kernel=${GUEST_KERNEL:-debian}
accel=${GUEST_ACCEL:-tcg}
time_limit=${GUEST_TIME_LIMIT:-480}
minimum_tests=${GUEST_MINIMUM_TESTS:-1}
test_classes=${GUEST_TESTS:-}

work=$target/guest              # what this run makes: initramfs, logs
results=$work/results           # the one folder that the guest can write
reports=$target/guest-reports   # JUnit XML

say() { printf 'guest: %s\n' "$*"; }
fail() {
    printf '\nguest: FAILED: %s\n' "$*" >&2
    exit 1
}

# shellcheck source=requirements.sh
. "$here/requirements.sh"
# shellcheck source=packages.sh
. "$here/packages.sh"
# shellcheck source=kernel.sh
. "$here/kernel.sh"
# shellcheck source=iommufd.sh
. "$here/iommufd.sh"
# shellcheck source=initramfs.sh
. "$here/initramfs.sh"
# shellcheck source=machine.sh
. "$here/machine.sh"
# shellcheck source=verdict.sh
. "$here/verdict.sh"

# Reports of an earlier run must not pass for those of this one.
rm -rf -- "$reports" "$results" "$work"/*.log
mkdir -p "$work" "$cache"
cache=$(realpath "$cache")

java_home=$(sed -n 's/^ *java\.home = //p' "$work/java") || fail "the JDK's settings are not in $work/java"
java_home=$(realpath "$java_home")

check_requirements
prepare_kernel
make_initramfs
boot
judge
