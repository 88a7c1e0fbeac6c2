# shellcheck shell=bash
# A kernel with iommufd and VFIO character devices, which Debian's 6.12 does not have, from Debian's source.

# make_iommufd_kernel <scratch folder> <result folder>
make_iommufd_kernel() {
    local scratch=$1 result=$2 log=$work/kernel-build.log option
    unpack "$scratch" linux-source-6.12
    say "building a kernel, which takes some minutes; its output is in $log"
    tar -xJf "$scratch/usr/src/linux-source-6.12.tar.xz" -C "$scratch"
    cd "$scratch/linux-source-6.12"
    {
        KCONFIG_ALLCONFIG=$here/iommufd.config make allnoconfig
        # Kconfig leaves out silently what depends on something that is off.
        for option in $(grep -E '^CONFIG_[A-Z0-9_]+=[ym]' "$here/iommufd.config"); do
            grep -qx "$option" .config || { echo "did not take: $option" && false; }
        done
        make -j "$(nproc)" bzImage modules
        make -s kernelrelease >"$result/release"
    } >"$log" 2>&1 || fail "the kernel could not be built, see $log"
    cp -- arch/x86/boot/bzImage "$result/vmlinuz"
    cp -- "$here/iommufd.config" "$result/config"
    find "$PWD" -name '*.ko' >"$scratch/modules.found"
    cd "$here"
    collect_modules "$scratch/modules.found" "$result"
}
