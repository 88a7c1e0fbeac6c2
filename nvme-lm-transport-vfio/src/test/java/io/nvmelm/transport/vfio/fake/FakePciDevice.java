package io.nvmelm.transport.vfio.fake;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;

/// A device of the fake host as a test sets it up: a PCI function, or a mediated device, which looks like one to its
/// user. Setters return this. Change it before the code under test looks.
public final class FakePciDevice {
    /// Drivers that make a group usable for VFIO.
    private static final List<String> VFIO_DRIVERS = List.of("vfio-pci", "mlx5_vfio_pci", "nvme_vfio_pci", "mtty");
    private static final List<String> HARMLESS_DRIVERS = List.of("pcieport", "pci-stub");

    private final FakeKernel kernel;
    private final String name;
    private final boolean mediated;
    private final FakeFunction function;
    private final FakeCore core;
    private final List<FakePciDevice> virtualFunctions = new ArrayList<>();
    private final TreeMap<String, String> attributes = new TreeMap<>();
    private String driver;
    private int group;
    private int vfioNumber;
    private boolean cdevPresent = true;
    private boolean withoutIommu;
    private int groupErrno;
    private int cdevErrno;
    private int resetBusy;
    private int resetErrno;
    private boolean resettable = true;
    private boolean sriovCapable;
    private int nvmeNumber = -1;
    private FakePciDevice physicalFunction;
    private UUID token = new UUID(0x5bd1_e995_1234_4abcL, 0x8888_1111_2222_3333L);
    private FakeMigration migration;
    private FakeDmaLogging logging;

    FakePciDevice(FakeKernel kernel, String name, boolean mediated, FakeFunction function, int number) {
        this.kernel = kernel;
        this.name = name;
        this.mediated = mediated;
        this.function = function;
        this.group = 10 + number;
        this.vfioNumber = number;
        this.driver = mediated ? "mtty" : "vfio-pci";
        this.core = new FakeCore(kernel, this, function);
        function.attach(core.dma(), core.interrupts());
    }

    /// {@return its address, or its UUID}
    public String name() {
        return name;
    }

    boolean mediated() {
        return mediated;
    }

    FakeFunction function() {
        return function;
    }

    FakeCore core() {
        return core;
    }

    /// Binds a driver; null for none. A new function is bound to `vfio-pci`, a new mediated device to `mtty`.
    public FakePciDevice driver(String bound) {
        driver = bound;
        return this;
    }

    String driver() {
        return driver;
    }

    boolean boundToVfio() {
        return driver != null && VFIO_DRIVERS.contains(driver);
    }

    /// {@return whether the driver lets its group be used}
    boolean harmless() {
        return driver == null || boundToVfio() || HARMLESS_DRIVERS.contains(driver);
    }

    /// Puts it into an IOMMU group; -1 for none, as without IOMMU.
    public FakePciDevice group(int number) {
        group = number;
        return this;
    }

    /// {@return its IOMMU group, -1 for none}
    public int group() {
        return group;
    }

    /// Says whether it has a cdev (`vfio-dev/vfioN` and `/dev/vfio/devices/vfioN`), as far as the host has them.
    public FakePciDevice cdev(boolean present) {
        cdevPresent = present;
        return this;
    }

    boolean cdevPresent() {
        return cdevPresent && boundToVfio() && !withoutIommu;
    }

    /// {@return N of its `/dev/vfio/devices/vfioN`}
    public int vfioNumber() {
        return vfioNumber;
    }

    /// Puts its group into no-IOMMU mode: the node is `/dev/vfio/noiommu-N`, and there is no cdev.
    public FakePciDevice noIommu(boolean on) {
        withoutIommu = on;
        return this;
    }

    boolean withoutIommu() {
        return withoutIommu;
    }

    /// Refuses opening its group, for instance with EACCES; 0 to allow.
    public FakePciDevice groupErrno(int errno) {
        groupErrno = errno;
        return this;
    }

    int groupErrno() {
        return groupErrno;
    }

    /// Refuses opening its cdev; 0 to allow.
    public FakePciDevice cdevErrno(int errno) {
        cdevErrno = errno;
        return this;
    }

    int cdevErrno() {
        return cdevErrno;
    }

    /// Opening answers EAGAIN so many times.
    public FakePciDevice resetBusy(int times) {
        resetBusy = times;
        return this;
    }

    boolean takeResetBusy() {
        return resetBusy > 0 && resetBusy-- > 0;
    }

    /// Lets VFIO_DEVICE_RESET fail from now on; 0 to let it work.
    public FakePciDevice resetErrno(int errno) {
        resetErrno = errno;
        return this;
    }

    int resetErrno() {
        return resetErrno;
    }

    /// Says whether the device offers VFIO_DEVICE_RESET at all: otherwise the flag is missing, and it answers ENOTTY.
    public FakePciDevice resettable(boolean can) {
        resettable = can;
        return this;
    }

    boolean resettable() {
        return resettable;
    }

    /// Makes this virtual function `index` (from 0) of another, with links both ways.
    public FakePciDevice virtualFunctionOf(FakePciDevice physical, int index) {
        physicalFunction = physical;
        physical.sriovCapable = true;
        while (physical.virtualFunctions.size() <= index) {
            physical.virtualFunctions.add(null);
        }
        physical.virtualFunctions.set(index, this);
        return this;
    }

    FakePciDevice physicalFunction() {
        return physicalFunction;
    }

    /// {@return virtual functions by index, null where there is none}
    List<FakePciDevice> virtualFunctions() {
        return virtualFunctions;
    }

    /// Says that it may have virtual functions, which vfio-pci then guards by a token.
    public FakePciDevice sriovCapable(boolean capable) {
        sriovCapable = capable;
        return this;
    }

    boolean sriovCapable() {
        return sriovCapable;
    }

    boolean virtualFunctionInUse() {
        return virtualFunctions.stream().anyMatch(function -> function != null && function.core.isOpen());
    }

    /// Sets the token that opening its virtual functions needs while it is bound to vfio-pci.
    public FakePciDevice token(UUID secret) {
        token = secret;
        return this;
    }

    /// {@return the token now, which opening the device or feature 0 may have set}
    public UUID token() {
        return token;
    }

    /// Gives it `nvme/nvmeN` below its folder, as the kernel's nvme driver does. The node is added by
    /// [FakeHost#addNode].
    public FakePciDevice nvme(int number) {
        nvmeNumber = number;
        return this;
    }

    int nvmeNumber() {
        return nvmeNumber;
    }

    /// Adds a small file to its folder in sysfs.
    public FakePciDevice attribute(String file, String text) {
        attributes.put(file, text);
        return this;
    }

    TreeMap<String, String> attributes() {
        return attributes;
    }

    /// Makes its driver able to migrate it; null for not, as plain vfio-pci.
    public FakePciDevice migration(FakeMigration able) {
        migration = able;
        if (able != null) {
            able.attach(kernel);
        }
        return this;
    }

    /// {@return the migration part of its driver, null for none}
    public FakeMigration migration() {
        return migration;
    }

    /// Makes its driver log DMA; null for not.
    public FakePciDevice logging(FakeDmaLogging able) {
        logging = able;
        if (able != null) {
            able.attach(kernel);
        }
        return this;
    }

    /// {@return the DMA logging of its driver, null for none}
    public FakeDmaLogging logging() {
        return logging;
    }

    /// So many MSI-X vectors can be had: asking for more is answered by that number.
    public FakePciDevice vectorsAvailable(int count) {
        core.irqs().available(count);
        return this;
    }

    /// {@return whether it is open}
    public boolean isOpen() {
        synchronized (kernel) {
            return core.isOpen();
        }
    }

    /// {@return the PCI command register now}
    public int command() {
        synchronized (kernel) {
            return core.config().command();
        }
    }

    /// {@return whether a name given to GET_DEVICE_FD, with whatever follows it, is this}
    boolean matches(String text) {
        return text.equals(name) || !mediated && text.startsWith(name + " ");
    }

    @Override
    public String toString() {
        return name;
    }
}
