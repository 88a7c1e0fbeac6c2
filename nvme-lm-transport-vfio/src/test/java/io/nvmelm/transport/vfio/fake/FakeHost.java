package io.nvmelm.transport.vfio.fake;

import io.nvmelm.transport.vfio.linux.LinuxHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.IntSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// A Linux host for tests. Populate it, hand [#host()] to the code under test, and in the end [#assertNothingLeft()].
///
/// Thread-safe but for the populating methods, which return this where they make nothing.
public final class FakeHost {
    private final FakeClock clock = new FakeClock();
    private final FakeKernel kernel = new FakeKernel(clock);
    private final List<FakePciDevice> devices = new ArrayList<>();
    private final Map<Integer, FakeGroup> openGroups = new TreeMap<>();
    private final Map<Integer, Boolean> viability = new TreeMap<>();
    private final FakeNodes nodes = new FakeNodes(kernel, this::deviceNodes);
    private final FakeSysfs files = new FakeSysfs(this);
    private final LinuxHost host = new LinuxHost(new FakeSystemCalls(kernel, nodes), files, clock);
    private FakeDmaLimits limits = FakeDmaLimits.usual();
    private boolean module = true;
    private boolean groups = true;
    private boolean iommufd = true;
    private boolean type1 = true;
    private boolean newerKernel;
    private boolean iommuTracksDirty = true;

    /// {@return the host for the code under test}
    public LinuxHost host() {
        return host;
    }

    /// {@return its clock}
    public FakeClock clock() {
        return clock;
    }

    /// Adds a PCI function, bound to vfio-pci and alone in a group, by full address such as `0000:04:10.0`.
    public FakePciDevice addPciDevice(String bdf, FakeFunction function) {
        return add(new FakePciDevice(kernel, bdf, false, function, devices.size()));
    }

    /// Adds a mediated device with a group of its own.
    public FakePciDevice addMediatedDevice(UUID uuid, FakeFunction function) {
        return add(new FakePciDevice(kernel, uuid.toString(), true, function, devices.size()));
    }

    private FakePciDevice add(FakePciDevice device) {
        devices.add(device);
        return device;
    }

    /// Adds a node, such as `/dev/nvme0`; each open makes a file.
    public FakeHost addNode(String path, Supplier<FakeFile> maker) {
        nodes.add(path, maker);
        return this;
    }

    /// Refuses opening a path that exists with an errno; 0 to allow it.
    public FakeHost refuseOpen(String path, int errno) {
        nodes.refuse(path, errno);
        return this;
    }

    /// Puts a file of a text.
    public FakeHost putFile(String path, String text) {
        files.putFile(path, text);
        return this;
    }

    /// Puts a symbolic link.
    public FakeHost putLink(String path, String target) {
        files.putLink(path, target);
        return this;
    }

    /// Says whether `/dev/iommu` and the devices' own nodes exist.
    public FakeHost useIommufd(boolean present) {
        iommufd = present;
        return this;
    }

    /// Says whether `/dev/vfio/vfio` and the group nodes exist.
    public FakeHost useGroups(boolean present) {
        groups = present;
        return this;
    }

    /// Takes away all of `/dev/vfio`.
    public FakeHost removeVfioModule() {
        module = false;
        return this;
    }

    /// Says whether the type 1 IOMMU driver is loaded.
    public FakeHost type1Module(boolean loaded) {
        type1 = loaded;
        return this;
    }

    /// Makes it the newer kernel generation (7.2 instead of 6.12): BIND takes a token.
    public FakeHost newerKernel(boolean newer) {
        newerKernel = newer;
        return this;
    }

    /// Sets what DMA may use, for containers and address spaces made from now on.
    public FakeHost dmaLimits(FakeDmaLimits allowed) {
        limits = allowed;
        return this;
    }

    /// Says whether the IOMMU can track dirty pages.
    public FakeHost iommuTracksDirty(boolean can) {
        iommuTracksDirty = can;
        return this;
    }

    /// Fixes whether a group is viable, whatever the drivers of its devices are.
    public FakeHost viable(int group, boolean viable) {
        viability.put(group, viable);
        return this;
    }

    /// Lets so many files be open at a time: one more is answered with EMFILE.
    public FakeHost limitDescriptors(int count) {
        kernel.limit(count);
        return this;
    }

    /// Lets the next call of a kind fail, before it has any effect.
    ///
    /// @param which which call ([FakeCall#named(String)] and the like)
    /// @param errno positive error number; 0 for one that fits the call
    public void failNext(Predicate<FakeCall> which, int errno) {
        fail(which, errno, 0, 1);
    }

    /// Lets calls of a kind fail.
    ///
    /// @param which which calls
    /// @param errno positive error number; 0 for one that fits each call
    /// @param skip  calls that pass first
    /// @param times calls that fail then
    public void fail(Predicate<FakeCall> which, int errno, int skip, int times) {
        synchronized (kernel) {
            kernel.faults.add(which, errno, skip, times);
        }
    }

    /// Lets the n-th call from now on that makes or changes something fail, with a fitting errno.
    ///
    /// @param n 1 for the next one
    public void failAt(int n) {
        fail(FakeCall::mutating, 0, n - 1, 1);
    }

    /// {@return planned failures that did not happen yet}
    public int failuresLeft() {
        synchronized (kernel) {
            return kernel.faults.pending();
        }
    }

    /// Forgets planned failures.
    public void forgetFailures() {
        synchronized (kernel) {
            kernel.faults.clear();
        }
    }

    /// {@return the latest calls, one line each: `open /dev/vfio/10 = 4`, `container.SET_IOMMU(3) = 0`}
    public List<String> log() {
        return kernel.log();
    }

    /// Empties the log.
    public void clearLog() {
        kernel.clearLog();
    }

    /// {@return file descriptors that are open, with names}
    public List<String> openDescriptors() {
        return kernel.open();
    }

    /// {@return what `mmap` gave and `munmap` did not take yet}
    public List<String> mappings() {
        synchronized (kernel) {
            return kernel.memory.list();
        }
    }

    /// {@return what is mapped for DMA}
    public List<String> dmaMappings() {
        synchronized (kernel) {
            return kernel.spaces.stream().flatMap(space -> space.list().stream()).toList();
        }
    }

    /// {@return accesses of functions to memory that were refused}
    public List<String> dmaFaults() {
        synchronized (kernel) {
            return List.copyOf(kernel.dmaFaults);
        }
    }

    /// {@return what a process must not do: use of closed descriptors, wrong munmap, memory of the Java heap, …}
    public List<String> violations() {
        return kernel.violations();
    }

    /// Forgets violations that a test made on purpose.
    public void forgetViolations() {
        kernel.forgetViolations();
    }

    /// Fails when anything is still open or mapped, or was misused.
    public void assertNothingLeft() {
        var left = new ArrayList<String>();
        openDescriptors().forEach(file -> left.add("open: " + file));
        mappings().forEach(mapping -> left.add("mapped: " + mapping));
        dmaMappings().forEach(mapping -> left.add("mapped for DMA: " + mapping));
        violations().forEach(violation -> left.add("violation: " + violation));
        if (!left.isEmpty()) {
            throw new AssertionError("left over: " + String.join("; ", left));
        }
    }

    List<FakePciDevice> devices() {
        synchronized (kernel) {
            return List.copyOf(devices);
        }
    }

    List<FakePciDevice> members(int group) {
        return devices().stream().filter(device -> device.group() == group).toList();
    }

    boolean viable(int group) {
        return viability.getOrDefault(group, members(group).stream().allMatch(FakePciDevice::harmless));
    }

    FakeGroup openGroup(int number) {
        return openGroups.get(number);
    }

    void groupOpened(int number, FakeGroup group) {
        openGroups.put(number, group);
    }

    void groupClosed(int number) {
        openGroups.remove(number);
    }

    boolean iommufd() {
        return module && iommufd;
    }

    boolean type1() {
        return type1;
    }

    boolean newerKernel() {
        return newerKernel;
    }

    boolean iommuTracksDirty() {
        return iommuTracksDirty;
    }

    boolean anyWithoutIommu() {
        return devices().stream().anyMatch(FakePciDevice::withoutIommu);
    }

    FakeDmaLimits dmaLimits() {
        return limits;
    }

    Set<String> nodePaths() {
        return nodes.all().keySet();
    }

    private Map<String, IntSupplier> deviceNodes() {
        var all = new TreeMap<String, IntSupplier>();
        if (iommufd) {
            all.put("/dev/iommu", () -> kernel.install(new FakeIommufd(kernel, this), "/dev/iommu"));
        }
        if (!module) {
            return all;
        }
        if (groups) {
            all.put("/dev/vfio/vfio", () -> kernel.install(new FakeContainer(kernel, this), "/dev/vfio/vfio"));
        }
        for (var device : devices()) {
            if (groups && device.group() >= 0 && device.boundToVfio()) {
                int number = device.group();
                String path = "/dev/vfio/" + (device.withoutIommu() ? "noiommu-" : "") + number;
                all.put(path, () -> FakeGroup.open(kernel, this, number, path));
            }
            if (iommufd && device.cdevPresent()) {
                String path = "/dev/vfio/devices/vfio" + device.vfioNumber();
                all.put(path, () -> openCdev(device, path));
            }
        }
        return all;
    }

    private int openCdev(FakePciDevice device, String path) {
        FakeRefusal.when(device.cdevErrno() != 0, device.cdevErrno());
        return kernel.install(new FakeCdev(kernel, this, device), path);
    }
}
