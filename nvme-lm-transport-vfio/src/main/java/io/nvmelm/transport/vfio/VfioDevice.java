package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.ClosingSteps;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.linux.MappedMemory;
import io.nvmelm.transport.vfio.linux.OpenFile;
import io.nvmelm.transport.vfio.uapi.PciRegs;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A device that this process has to itself through VFIO (`linux/vfio.h`): its regions, memory that it can reach, its
/// interrupts, its reset. Opening resets the function.
///
/// Owns everything that was got from it: [#close()] takes regions, memory and interrupts away. Thread-safe: reset and close wait
/// for accesses to regions and keep others out, and whatever comes later is refused with a [TransportException].
public final class VfioDevice implements AutoCloseable {
    private static final long PAGE_BYTES = 4096;
    /// What is answered where a node is not there or not for this process.
    private static final Set<Integer> UNREACHABLE = Set.of(Errno.EACCES, Errno.EPERM, Errno.ENOENT, Errno.ENODEV);

    private final LinuxHost host;
    private final DeviceAddress address;
    private final VfioOptions options;
    private final OpenedDevice opened;
    private final DeviceDescription description;
    private final AccessGate gate;
    private final DeviceInterrupts interrupts;
    /// Guards what follows. Taken inside the gate.
    private final ReentrantLock lock = new ReentrantLock();
    private final TreeMap<Integer, DeviceRegion> regions = new TreeMap<>();
    private final Set<RegionMapping> mappings = new LinkedHashSet<>();
    private final Set<DmaMemory> memories = new LinkedHashSet<>();
    private final IovaAllocator addresses;
    /// Set once, with the first region that is mapped.
    private volatile @Nullable MemoryDecode decode;

    private VfioDevice(
            LinuxHost host,
            DeviceAddress address,
            VfioOptions options,
            OpenedDevice opened,
            DeviceDescription description) {
        this.host = host;
        this.address = address;
        this.options = options;
        this.opened = opened;
        this.description = description;
        this.gate = new AccessGate(address.kernelName());
        this.interrupts = new DeviceInterrupts(host, this);
        this.addresses = new IovaAllocator(opened.space().ranges(), opened.space().granule());
    }

    /// Opens a device of this host with [VfioOptions#defaults()].
    ///
    /// @param address where it is
    /// @return the device, reset
    /// @throws LiveMigrationException as [#open(DeviceAddress, VfioOptions)] says
    public static VfioDevice open(DeviceAddress address) {
        return open(address, VfioOptions.defaults());
    }

    /// Opens a device of this host. Blocks for the reset that the kernel does.
    ///
    /// @param address where it is
    /// @param options how to open it
    /// @return the device, reset
    /// @throws TransportException when native access is not enabled, the device is bound to another driver, its group is not
    ///                            viable, there is no IOMMU, rights are missing, another process has it, or the kernel refuses
    ///                            for another reason; says what to do. Nothing is left open
    public static VfioDevice open(DeviceAddress address, VfioOptions options) {
        return open(LinuxHost.local(), address, options);
    }

    static VfioDevice open(LinuxHost host, DeviceAddress address, VfioOptions options) {
        try (var resources = new OpenResources()) {
            var facts = DeviceFacts.read(host.files(), address);
            facts.requireVfio(host.files());
            var opened = openFiles(host, facts, options);
            resources.onFailure(opened.space()::close);
            resources.onFailure(opened.file()::close);
            var description = DeviceDescription.read(host, opened.file());
            var device = new VfioDevice(host, address, options, opened, description);
            resources.keep();
            return device;
        } catch (LiveMigrationException e) {
            throw e.at(address.kernelName(), "opening");
        }
    }

    /// By cdev where both of its files are there; but not every kernel takes a VF token that way, and every one does by group. Where
    /// the cdev's files cannot be opened by this process, the group's may.
    private static OpenedDevice openFiles(LinuxHost host, DeviceFacts facts, VfioOptions options) {
        boolean cdev = facts.cdev().filter(name -> host.files().exists(CdevOpening.node(name))).isPresent()
                && host.files().exists(CdevOpening.IOMMUFD);
        boolean group = facts.group().filter(number -> host.files().exists("/dev/vfio/" + number)).isPresent();
        boolean byCdev = switch (options.path()) {
            case AUTOMATIC -> cdev && !(group && options.vfToken().isPresent());
            case GROUP -> false;
            case CDEV -> true;
        };
        if (!byCdev) {
            return new GroupOpening(host, facts, options).open();
        }
        try {
            return new CdevOpening(host, facts, options).open();
        } catch (TransportException e) {
            boolean mayTryGroup = options.path() == AccessPath.AUTOMATIC
                    && group
                    && e.errno().stream().anyMatch(UNREACHABLE::contains);
            if (!mayTryGroup) {
                throw e;
            }
            try {
                return new GroupOpening(host, facts, options).open();
            } catch (LiveMigrationException second) {
                second.addSuppressed(e);
                throw second;
            }
        }
    }

    /// {@return why this process can open no device of this host, and what to do, in one sentence; empty when it may} Looks at native
    /// access, IOMMU groups and the rights to `/dev/vfio/vfio` and `/dev/iommu`; a device has conditions of its own.
    public static Optional<String> unavailable() {
        return HostAvailability.withoutVfio(LinuxHost::local);
    }

    /// {@return where it is}
    public DeviceAddress address() {
        return address;
    }

    /// {@return its name in the kernel, as messages have it}
    public String name() {
        return address.kernelName();
    }

    /// {@return how it was opened, by group or cdev}
    public AccessPath path() {
        return opened.path();
    }

    /// {@return highest index of a region, plus one}
    public int regionCount() {
        return description.regions();
    }

    /// {@return whether it is a PCI function}
    public boolean isPci() {
        return description.pci();
    }

    /// {@return whether it can be reset}
    public boolean resettable() {
        return description.resettable();
    }

    /// A region of the device, mapped where the kernel allows that.
    ///
    /// @param index 0 to 5 a BAR, 7 configuration space
    /// @return the region; the same object each time
    /// @throws InvalidValueException when the device has no such region
    /// @throws TransportException    when the kernel refuses, or the device is closed
    public DeviceRegion region(int index) {
        gate.enterOpen();
        lock.lock();
        int fd = opened.file().acquire();
        try {
            var known = regions.get(index);
            if (known != null) {
                return known;
            }
            var layout = description.region(host, opened.file(), index);
            if (isPci() && !layout.mappable().isEmpty() && decode == null) {
                decode = new MemoryDecode(
                        host,
                        opened.file(),
                        description.region(host, opened.file(), Vfio.PCI_CONFIG_REGION_INDEX));
                memoryMayHaveChanged();
            }
            var mapping = RegionMapping.map(host, fd, layout);
            mappings.add(mapping);
            var region = new DeviceRegion(host, this, layout, mapping);
            regions.put(index, region);
            return region;
        } catch (LiveMigrationException e) {
            throw e.at(name(), "region " + index);
        } finally {
            opened.file().release();
            lock.unlock();
            gate.leave();
        }
    }

    /// Lets the device answer accesses to its memory and access memory by itself: sets Memory Space and Bus Master in the command
    /// register (`PCI_COMMAND`), which opening clears.
    ///
    /// @throws TransportException when the kernel refuses, or the device is closed
    public void enableBusMaster() {
        var configuration = region(Vfio.PCI_CONFIG_REGION_INDEX);
        gate.shut();
        try {
            int command = configuration.read16(PciRegs.COMMAND);
            configuration.write16(PciRegs.COMMAND, command | PciRegs.COMMAND_MEMORY | PciRegs.COMMAND_MASTER);
        } finally {
            gate.open();
        }
    }

    /// Makes memory that the device can read and write: fresh, zeroed, at addresses that its IOMMU allows.
    ///
    /// @param byteSize bytes, 1 or more; rounded up to whole pages
    /// @return the memory; the caller closes it, or the device does
    /// @throws InvalidValueException when the size is not positive
    /// @throws TransportException    when there is no memory or no address, or the device is closed
    public DmaMemory allocateDma(long byteSize) {
        long unit = Math.max(PAGE_BYTES, opened.space().granule());
        if (byteSize < 1 || byteSize > Long.MAX_VALUE - unit) {
            throw (InvalidValueException) new InvalidValueException("byteSize", Long.toString(byteSize), "1 to "
                    + (Long.MAX_VALUE - unit)).at(name(), "mapping memory");
        }
        long rounded = (byteSize + unit - 1) & -unit;
        gate.enterOpen();
        lock.lock();
        try (var resources = new OpenResources()) {
            var memory = MappedMemory.anonymous(host, rounded);
            resources.onFailure(memory::close);
            long deviceAddress = addresses.allocate(rounded);
            resources.onFailure(() -> addresses.free(deviceAddress));
            opened.space().map(memory.address(), deviceAddress, rounded);
            resources.keep();
            var result = new DmaMemory(this, memory, deviceAddress);
            memories.add(result);
            return result;
        } catch (LiveMigrationException e) {
            throw e.at(name(), "mapping memory");
        } finally {
            lock.unlock();
            gate.leave();
        }
    }

    void free(DmaMemory memory) {
        lock.lock();
        try {
            if (memories.contains(memory)) {
                if (memory.isReachable()) {
                    opened.space().unmap(memory.deviceAddress(), memory.byteSize());
                    addresses.free(memory.deviceAddress());
                    memory.unreachable();
                }
                memory.memory().close();
                memories.remove(memory);
            }
        } catch (LiveMigrationException e) {
            throw e.at(name(), "unmapping memory");
        } finally {
            lock.unlock();
        }
    }

    /// {@return the interrupts of the device}
    public DeviceInterrupts interrupts() {
        return interrupts;
    }

    /// Resets the function. Waits for accesses to its regions and keeps others out; ends its interrupts. The kernel restores the
    /// command register, so bus mastering is as it was, and memory stays mapped. Afterwards a device that the kernel migrates is RUNNING.
    ///
    /// @throws TransportException when the device cannot be reset, the kernel refuses or was busy for too long, or the device is
    ///                            closed
    public void reset() {
        boolean isOpen = gate.shut();
        try {
            if (!isOpen) {
                throw gate.closedRefusal();
            }
            var steps = new ClosingSteps();
            steps.run(interrupts::endWithDevice);
            steps.run(() -> {
                FunctionReset.of(host, opened.file(), options.openTimeout());
                // What the kernel migrates runs again.
                gate.stop(null);
            });
            memoryMayHaveChanged();
            steps.finish(name(), "reset");
        } catch (LiveMigrationException e) {
            throw e.at(name(), "reset");
        } finally {
            gate.open();
        }
    }

    /// Gives everything back: interrupts, regions, memory, files. Waits for accesses under way. The kernel resets the function
    /// when the last file is closed. Idempotent; closed again, it tries again what it could not give back.
    ///
    /// @throws LiveMigrationException when something could not be given back; everything else was
    @Override
    public void close() {
        boolean wasOpen = gate.shut();
        gate.close();
        gate.open();
        var steps = new ClosingSteps();
        if (wasOpen) {
            steps.run(interrupts::endWithDevice);
            closeMappings(steps);
            steps.run(opened.file()::close);
            steps.run(opened.space()::close);
        }
        closeRest(steps, !wasOpen);
        steps.finish(name(), "closing");
    }

    private void closeMappings(ClosingSteps steps) {
        lock.lock();
        try {
            Set.copyOf(memories).forEach(memory -> steps.run(() -> free(memory)));
            mappings.forEach(mapping -> mapping.close(steps));
            mappings.clear();
            regions.clear();
        } finally {
            lock.unlock();
        }
    }

    /// Closing the files took away what the kernel would not unmap; so that memory can go now. Memory that a call of another thread
    /// used until the end goes when this is closed again.
    private void closeRest(ClosingSteps steps, boolean again) {
        lock.lock();
        try {
            for (var memory : Set.copyOf(memories)) {
                if (memory.isReachable() || again) {
                    memory.unreachable();
                    steps.run(() -> free(memory));
                }
            }
        } finally {
            lock.unlock();
        }
    }

    /// {@return whether mapped memory can be accessed now} Asked inside the gate.
    boolean answersMemory() {
        var known = decode;
        return !isPci() || (known != null && known.isOn());
    }

    /// Looks again whether memory answers, after configuration space or the function changed. Called while the gate is shut, or by
    /// the one thread that maps the first region.
    void memoryMayHaveChanged() {
        var known = decode;
        if (known != null) {
            known.refresh();
        }
    }

    LinuxHost host() {
        return host;
    }

    OpenFile file() {
        return opened.file();
    }

    AccessGate gate() {
        return gate;
    }

    VfioOptions options() {
        return options;
    }

    Optional<IommufdContext> iommufd() {
        return opened.space().iommufd();
    }
}
