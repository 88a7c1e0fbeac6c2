# shellcheck shell=bash
# Debian packages, fetched and unpacked but not installed: an apt of its own, with lists and status in the cache, which
# needs no root and leaves the host's /etc/apt alone.

debian_mirror=${NVMELM_GUEST_MIRROR:-http://deb.debian.org}
debian_keyring=/usr/share/keyrings/debian-archive-keyring.gpg

private_apt() {
    local command=$1 apt=$cache/apt
    shift
    "$command" -q -o Dir::Etc::sourcelist="$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null \
        -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
        -o Dir::State="$apt" -o Dir::State::lists="$apt/lists" -o Dir::State::status="$apt/status" \
        -o Dir::Cache="$apt" -o Dir::Cache::archives="$apt/archives" -o Dir::Log="$apt" \
        -o APT::Architecture=amd64 -o APT::Sandbox::User= -o Acquire::Retries=3 -o Acquire::Languages=none "$@"
}

# The security suite of Debian 12 has 6.12 kernels beside its own 6.1.
update_packages() {
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
    : >"$cache/apt/status"
    printf 'deb [signed-by=%s] %s/debian-security bookworm-security main\n' "$debian_keyring" "$debian_mirror" \
        >"$cache/apt/sources.list"
    private_apt apt-get update || fail "the package lists could not be read from $debian_mirror"
}

# The newest 6.12 that there is, such as 6.12.117+deb12-amd64.
newest_kernel_release() {
    private_apt apt-cache pkgnames linux-image-6.12. |
        sed -n 's/^linux-image-\(6\.12\.[0-9]*+deb12-amd64\)$/\1/p' | sort -V | tail -n 1
}

# unpack <folder> <package>...
unpack() {
    local folder=$1 file
    shift
    mkdir -p "$folder/debs"
    (cd "$folder/debs" && private_apt apt-get download "$@") || fail "could not be downloaded: $*"
    for file in "$folder"/debs/*.deb; do dpkg -x "$file" "$folder"; done
    rm -rf -- "$folder/debs"
}
