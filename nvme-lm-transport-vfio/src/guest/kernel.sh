# shellcheck shell=bash
# The guest's kernel: Debian's own, or one built from Debian's source. Either way a folder in the cache with `vmlinuz`,
# `release` and `modules`, which is complete once it has its name.

# What the guest loads; the modules that these need are found. mtty is built here: Debian ships its source only.
guest_modules=(9pnet_virtio 9p vfio vfio_iommu_type1 vfio-pci mdev mtty nvme)

prepare_kernel() {
    # Two builds may share the cache.
    exec {cache_lock}>"$cache/lock"
    flock "$cache_lock"
    kernel_folder=$(newest_cached_kernel)
    if [ -z "$kernel_folder" ]; then
        say "no kernel ($kernel) in $cache yet: fetching Debian's packages"
        update_packages
        rm -rf -- "$cache/partial"
        mkdir -p "$cache/partial/kernel/modules"
        "make_${kernel}_kernel" "$cache/partial" "$cache/partial/kernel"
        kernel_folder=$cache/$kernel-$(cat "$cache/partial/kernel/release")
        rm -rf -- "$kernel_folder"
        mv -- "$cache/partial/kernel" "$kernel_folder"
        rm -rf -- "$cache/partial" "$cache/apt"
    fi
    exec {cache_lock}>&-
    say "kernel $(cat "$kernel_folder/release") in $kernel_folder"
}

# One that was built by other settings than today's is as good as none.
newest_cached_kernel() {
    local folder newest=
    while read -r folder; do
        [ "$kernel" != iommufd ] || cmp -s "$folder/config" "$here/iommufd.config" || continue
        newest=$folder
    done < <(find "$cache" -mindepth 1 -maxdepth 1 -type d -name "$kernel-6.12.*" | sort -V)
    echo "$newest"
}

# make_debian_kernel <scratch folder> <result folder>
make_debian_kernel() {
    local scratch=$1 result=$2 release version
    release=$(newest_kernel_release)
    [ -n "$release" ] || fail "no kernel 6.12 in the suite $debian_suite"
    version=${release%-amd64}
    unpack "$scratch" "linux-image-$release" "linux-headers-$release" "linux-headers-$version-common" \
        "linux-kbuild-$version" linux-source-6.12
    echo "$release" >"$result/release"
    cp -- "$scratch/boot/vmlinuz-$release" "$result/vmlinuz"
    find "$scratch/lib/modules/$release/kernel" -name '*.ko*' >"$scratch/modules.found"

    build_mtty "$scratch" "$scratch/usr/src/linux-headers-$release" \
        "$scratch/usr/src/linux-headers-$version-common" >"$work/mtty-build.log" 2>&1 ||
        fail "mtty could not be built, see $work/mtty-build.log"
    echo "$scratch/mtty/mtty.ko" >>"$scratch/modules.found"
    collect_modules "$scratch/modules.found" "$result"
}

# build_mtty <scratch folder> <headers> <common headers>
build_mtty() {
    local scratch=$1 headers=$2 common=$3
    mkdir -p "$scratch/mtty"
    tar -xJf "$scratch/usr/src/linux-source-6.12.tar.xz" --occurrence=1 --strip-components=3 -C "$scratch/mtty" \
        linux-source-6.12/samples/vfio-mdev/mtty.c
    echo 'obj-m := mtty.o' >"$scratch/mtty/Makefile"
    # The package means to be installed, and names its other half by an absolute path.
    echo "include $common/Makefile" >"$headers/Makefile"
    # Type information needs another package (pahole) and nobody reads it here.
    make -C "$headers" M="$scratch/mtty" CC=gcc CONFIG_DEBUG_INFO_BTF_MODULES= modules
    grep -q VFIO_MIGRATION_PRE_COPY "$scratch/mtty/mtty.c"
}

# collect_modules <file with the paths of all modules> <result folder>: numbered in the order in which to load them
collect_modules() {
    local module order=()
    declare -A module_path=() taken=()
    while read -r module; do
        module_path[$(module_name "$module")]=$module
    done <"$1"
    for module in "${guest_modules[@]}"; do take_module "$module" "$2/modules"; done
}

# 9p.ko.xz and vfio-pci.ko are 9p and vfio_pci to the kernel.
module_name() {
    local name=${1##*/}
    name=${name%%.ko*}
    echo "${name//-/_}"
}

# take_module <name> <folder>: after the modules that it needs
take_module() {
    local name needed path
    name=$(module_name "$1")
    path=${module_path[$name]:-}
    # Without a file it is part of the kernel itself.
    [ -z "${taken[$name]:-}" ] && [ -n "$path" ] || return 0
    taken[$name]=1
    case $path in
        *.xz) xz -dc "$path" ;;
        *) cat "$path" ;;
    esac >"$2/$name.partial"
    for needed in $(tr '\0' '\n' <"$2/$name.partial" | sed -n 's/^depends=//p' | tr ',' ' '); do
        take_module "$needed" "$2"
    done
    mv -- "$2/$name.partial" "$2/$(printf %02d "${#order[@]}")-$name.ko"
    order+=("$name")
}
