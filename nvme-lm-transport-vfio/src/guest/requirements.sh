# shellcheck shell=bash
# What the host has to have. Nothing is installed here: the message says what to type.

check_requirements() {
    local missing=()
    need qemu-system-x86_64 qemu-system-x86
    need cpio cpio
    need dpkg dpkg
    need apt-get apt
    need xz xz-utils
    need tar tar
    need make make
    need gcc gcc
    need ld binutils
    [ -x "$(busybox_path)" ] || missing+=(busybox-static)
    [ -e /usr/lib/x86_64-linux-gnu/libelf.so.1 ] || missing+=(libelf1)
    [ -e "$debian_keyring" ] || missing+=(debian-archive-keyring)
    if [ "$kernel" = iommufd ]; then
        need flex flex
        need bison bison
        need bc bc
        [ -e /usr/include/libelf.h ] || missing+=(libelf-dev)
    fi
    [ "${#missing[@]}" -eq 0 ] ||
        fail "packages are missing: apt-get install -y --no-install-recommends ${missing[*]}"

    # The guest takes its programs from the host's /usr and looks for libraries where a merged /usr has them.
    [ "$(readlink -f /lib)" = /usr/lib ] || fail "/lib is not /usr/lib: the guest needs a host with a merged /usr"
    [ "$accel" = tcg ] || [ -w "/dev/$accel" ] || fail "/dev/$accel cannot be written: use -Dguest.accel=tcg"
}

# need <command> <package>
need() {
    command -v "$1" >/dev/null || missing+=("$2")
}

# Only the static one runs without the libraries of the host; both packages use the same name.
busybox_path() {
    local path
    path=$(command -v busybox) || return 0
    if [ -z "$(ldd "$path" 2>/dev/null | grep '=>')" ]; then echo "$path"; fi
}
