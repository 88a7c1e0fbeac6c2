# shellcheck shell=bash
# The virtual machine. Disks:
#   A  PF on vfio-pci, two virtual functions possible        B  PF on the kernel's nvme driver, one VF on vfio-pci
#   C  on vfio-pci, without virtual functions                D  without a driver
# A disk's root port has a fixed place, by which init finds it: 0x10 for A and so on.

# A boot that does not come this far in so many seconds is given up.
boot_limit=90

boot() {
    local started=$SECONDS
    run_machine
    if [ ! -e "$results/up" ]; then
        try_again "the guest did not come up"
    elif [ "$machine_status" -gt 128 ] && [ "$machine_timed_out" = no ]; then
        # A kernel that dies ends QEMU in good order; this is a defect of the emulator, and says nothing of what is tested.
        try_again "QEMU was killed by signal $((machine_status - 128))"
    fi
    [ -e "$results/up" ] || fail "the guest did not come up, see $work/console.log and $work/qemu.log"
    say "took $((SECONDS - started)) s"
}

try_again() {
    local log
    say "$1: one more try; the logs of the first are $work/*-first.log"
    for log in console qemu tests; do
        cp -f -- "$work/$log.log" "$work/$log-first.log" || true
    done
    run_machine
}

run_machine() {
    local output tee_pid started limit
    rm -rf -- "$results"
    mkdir -p "$results"
    describe_machine
    # The suite's output also goes to this terminal; nothing is read from it.
    exec {output}> >(exec tee "$work/tests.log")
    tee_pid=$!
    "${machine[@]}" </dev/null >&"$output" 2>"$work/qemu.log" &
    qemu_pid=$!
    exec {output}>&-
    trap 'kill -KILL "$qemu_pid" 2>/dev/null || true' EXIT
    started=$SECONDS
    machine_timed_out=no
    while kill -0 "$qemu_pid" 2>/dev/null; do
        limit=$time_limit
        [ -e "$results/up" ] || limit=$((boot_limit < time_limit ? boot_limit : time_limit))
        if [ $((SECONDS - started)) -ge "$limit" ]; then
            machine_timed_out=yes
            kill -KILL "$qemu_pid" 2>/dev/null || true
        fi
        sleep 0.1
    done
    machine_status=0
    wait "$qemu_pid" || machine_status=$?
    trap - EXIT
    wait "$tee_pid" || true
    [ "$machine_status" -eq 0 ] || say "QEMU ended with status $machine_status"
}

describe_machine() {
    machine=(qemu-system-x86_64 -nodefaults -no-user-config -no-reboot -display none
        -machine q35,kernel-irqchip=split -smp 2 -m 3072
        -kernel "$kernel_folder/vmlinuz" -initrd "$work/initramfs.cpio"
        # panic=-1: QEMU ends at once when the kernel does. no_timer_check: on a busy host the emulated timer is late
        # enough for the kernel to take it for broken.
        -append "console=ttyS0 loglevel=4 panic=-1 no_timer_check intel_iommu=on mitigations=off nokaslr"
        -serial "file:$work/console.log"
        -chardev stdio,id=suite,signal=off -serial chardev:suite
        -device intel-iommu,intremap=on)
    case $accel in
        tcg) machine+=(-accel "tcg,thread=multi" -cpu max) ;;
        *) machine+=(-accel "$accel" -cpu host) ;;
    esac
    local name port=16
    for name in A B C D; do
        add_disk "$name" "$port"
        port=$((port + 1))
    done
    share usr /usr on
    share results "$results" off
    case $java_home in
        /usr/*) ;;
        *) share java "$java_home" on ;;
    esac
}

# add_disk <name> <slot>: an NVMe subsystem with one controller and one namespace of 64 MiB
add_disk() {
    local name=$1 slot=$2 functions=
    case $name in
        A | B) functions=,sriov_max_vfs=2,sriov_vq_flexible=4,sriov_vi_flexible=4,max_ioqpairs=8,msix_qsize=9 ;;
    esac
    rm -f -- "$work/disk$name.raw"
    truncate -s 64M "$work/disk$name.raw"
    machine+=(
        -drive "id=drive$name,if=none,format=raw,cache=unsafe,file=$work/disk$name.raw"
        -device "pcie-root-port,id=port$name,chassis=$slot,slot=$slot,bus=pcie.0,addr=$(printf '0x%x.0' "$slot")"
        -device "nvme-subsys,id=subsystem$name,nqn=nvmelm$name"
        -device "nvme,id=nvme$name,serial=nvmelm$name,subsys=subsystem$name,bus=port$name$functions"
        -device "nvme-ns,drive=drive$name,bus=nvme$name,nsid=1,shared=on")
}

# share <name> <folder> <read-only: on or off>
share() {
    # none: as the user that QEMU runs as, who need not be root.
    machine+=(-fsdev "local,id=fs-$1,path=$2,security_model=none,readonly=$3,multidevs=remap"
        -device "virtio-9p-pci,fsdev=fs-$1,mount_tag=$1")
}
