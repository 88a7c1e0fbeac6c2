# shellcheck shell=bash
# Debian packages, fetched and unpacked but not installed: an apt of its own, with lists and status in the cache, which
# needs no root and leaves the host's /etc/apt alone.

debian_suite=bookworm-security
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

# Where this host takes the suite from; the environment's NVMELM_GUEST_MIRROR goes before it. Read from the host's own
# sources, so that a mirror or cache that was set up there is used here too.
suite_site() {
    if [ -n "${NVMELM_GUEST_MIRROR:-}" ]; then
        echo "$NVMELM_GUEST_MIRROR"
        return
    fi
    # All of it is read, since apt-get minds when its reader goes away.
    apt-get indextargets --format '$(RELEASE) $(SITE)' 'Created-By: Packages' |
        awk -v suite="$debian_suite" '$1 == suite && !found { print $2; found = 1 }'
}

# The security suite of Debian 12 has 6.12 kernels beside its own 6.1.
update_packages() {
    local site
    site=$(suite_site)
    [ -n "$site" ] ||
        fail "apt has no source for $debian_suite: add it, or set NVMELM_GUEST_MIRROR to the URL of such an archive"
    mkdir -p "$cache/apt/lists/partial" "$cache/apt/archives/partial"
    : >"$cache/apt/status"
    printf 'deb [signed-by=%s] %s %s main\n' "$debian_keyring" "$site" "$debian_suite" >"$cache/apt/sources.list"
    private_apt apt-get update || fail "the package lists of $debian_suite could not be read from $site"
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
