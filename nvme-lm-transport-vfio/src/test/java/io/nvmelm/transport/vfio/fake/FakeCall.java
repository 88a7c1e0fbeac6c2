package io.nvmelm.transport.vfio.fake;

import java.util.function.Predicate;

/// A system call that is about to be done: for picking the one that shall fail.
///
/// @param kind    kind of the file ([FakeFile#kind()]); the path for `open`; `memory` for mappings without a file
/// @param name    name of the call or of the ioctl, as in the call log: `open`, `pread`, `MAP_DMA`,
///                `SET_MIG_DEVICE_STATE`
/// @param request number of the ioctl, else 0
/// @param fd      file descriptor, or -1
public record FakeCall(String kind, String name, long request, int fd) {

    /// {@return calls of a name on any file}
    public static Predicate<FakeCall> named(String name) {
        return call -> call.name().equals(name);
    }

    /// {@return calls of a name on a kind of file}
    public static Predicate<FakeCall> on(String kind, String name) {
        return call -> call.kind().equals(kind) && call.name().equals(name);
    }

    /// {@return openings of a path}
    public static Predicate<FakeCall> opening(String path) {
        return on(path, "open");
    }

    /// {@return whether this makes or changes something: all but closing, undoing, waiting}
    boolean mutating() {
        return switch (name) {
            case "close",
                    "munmap",
                    "poll",
                    "UNMAP_DMA",
                    "UNSET_CONTAINER",
                    "DETACH_IOMMUFD_PT",
                    "IOAS_UNMAP",
                    "IOMMU_DESTROY",
                    "GET_API_VERSION",
                    "CHECK_EXTENSION" ->
                false;
            default -> true;
        };
    }

    /// {@return an errno that this call can really end with}
    int fittingErrno() {
        return switch (name) {
            case "open", "eventfd", "GET_DEVICE_FD" -> FakeErrno.EMFILE;
            case "mmap", "MAP_DMA", "IOAS_MAP", "IOAS_ALLOC", "HWPT_ALLOC" -> FakeErrno.ENOMEM;
            case "read", "write", "pread", "pwrite" -> FakeErrno.EIO;
            case "SET_CONTAINER", "BIND_IOMMUFD" -> FakeErrno.EPERM;
            case "SET_IOMMU" -> FakeErrno.ENODEV;
            default -> FakeErrno.EINVAL;
        };
    }
}
