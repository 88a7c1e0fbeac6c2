# shellcheck shell=bash
# The guest's first and only file system of its own: busybox, modules, init, and the project's classes, because the many
# small look-ups of a class path are slow over a share. Everything else is the host's /usr, shared read-only.

make_initramfs() {
    local root=$work/initramfs folder java
    rm -rf -- "$root"
    mkdir -p "$root"/{busybox,dev,etc,modules,proc,root,sys,tmp,usr,var,project/guest,results}
    for folder in bin lib lib64 sbin; do ln -s "usr/$folder" "$root/$folder"; done
    cp -- "$(busybox_path)" "$root/busybox/busybox"
    cp -- "$here/init" "$root/init"
    cp -- "$kernel_folder"/modules/*.ko "$root/modules/"
    for folder in classes test-classes guest/lib; do cp -r -- "$target/$folder" "$root/project/$folder"; done
    printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/tmp:/bin/sh\n' >"$root/etc/passwd"
    printf 'root:x:0:\nnogroup:x:65534:\n' >"$root/etc/group"
    # Some distributions' JDKs keep their configuration there, behind links.
    for java in /etc/java-*; do
        if [ -d "$java" ]; then cp -rL -- "$java" "$root/etc/" 2>/dev/null || say "not all of $java could be copied"; fi
    done
    write_settings "$root/settings"
    # Root's, whoever builds; not compressed, because the host reads faster than the guest inflates.
    (cd "$root" && find . -print0 | cpio --quiet --null --create --format=newc --owner=0:0) >"$work/initramfs.cpio"
}

# What init reads.
write_settings() {
    local iommufd=false
    [ "$kernel" != iommufd ] || iommufd=true
    {
        printf 'java_home=%q\n' "$java_home"
        printf 'class_path=%q\n' "$(cat "$work/classpath"):/project/classes:/project/test-classes"
        printf 'test_classes=%q\n' "$test_classes"
        printf 'iommufd=%s\n' "$iommufd"
        # Before the host's own limit, so that the guest can still tell what its threads were doing.
        printf 'time_limit=%s\n' "$((time_limit > 60 ? time_limit - 30 : time_limit / 2))"
    } >"$1"
}
