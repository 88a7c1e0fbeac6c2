package io.nvmelm.transport.vfio.fake;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/// The device nodes below `/dev`: what opening each does.
final class FakeNodes {
    private final FakeKernel kernel;
    private final Map<String, Supplier<FakeFile>> added = new ConcurrentHashMap<>();
    private final Map<String, Integer> refusals = new ConcurrentHashMap<>();
    private final Supplier<Map<String, IntSupplier>> derived;

    /// @param derived the nodes of the devices as they are now; each opener returns a file descriptor or negative errno
    FakeNodes(FakeKernel kernel, Supplier<Map<String, IntSupplier>> derived) {
        this.kernel = kernel;
        this.derived = derived;
    }

    void add(String path, Supplier<FakeFile> maker) {
        added.put(path, maker);
    }

    /// @param errno 0 to allow it again
    void refuse(String path, int errno) {
        refusals.put(path, errno);
    }

    /// {@return the paths that exist}
    Map<String, IntSupplier> all() {
        var all = new TreeMap<>(derived.get());
        added.forEach((path, maker) -> all.put(path, () -> kernel.install(maker.get(), path)));
        return all;
    }

    int open(String path, int flags) {
        var opener = all().get(path);
        FakeRefusal.when(opener == null, FakeErrno.ENOENT);
        int refusal = refusals.getOrDefault(path, 0);
        FakeRefusal.when(refusal != 0, refusal);
        return opener.getAsInt();
    }
}
