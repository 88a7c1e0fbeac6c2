package io.nvmelm.transport.vfio;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.linux.Errno;
import io.nvmelm.transport.vfio.linux.KernelError;
import io.nvmelm.transport.vfio.linux.LinuxHost;
import io.nvmelm.transport.vfio.uapi.Vfio;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// The MSI-X interrupts of a device, each counted by an eventfd. A reset of the device ends them, as [#disable()] does.
/// Thread-safe.
public final class DeviceInterrupts {
    private static final String REMEDY = "Reset the device, or poll instead of waiting for interrupts";

    private final LinuxHost host;
    private final VfioDevice device;
    private final ReentrantLock lock = new ReentrantLock();
    private List<EventCounter> counters = List.of();

    DeviceInterrupts(LinuxHost host, VfioDevice device) {
        this.host = host;
        this.device = device;
    }

    /// {@return number of vectors that the device has, 0 for none} Asks the kernel.
    ///
    /// @throws TransportException when the kernel refuses, or the device is closed
    public int available() {
        device.gate().enterOpen();
        try {
            var call = new IoctlBuffer(host, Vfio.IrqInfo.BYTE_SIZE);
            int result = call.start(Vfio.IrqInfo.BYTE_SIZE)
                    .put32(Vfio.IrqInfo.INDEX, Vfio.PCI_MSIX_IRQ_INDEX)
                    .call(device.file(), Vfio.DEVICE_GET_IRQ_INFO);
            if (result == -Errno.EINVAL) {
                // How a device answers that does not know this kind of interrupts.
                return 0;
            }
            if (result < 0) {
                throw failure("asking for the interrupts", -result);
            }
            boolean signalled = (call.get32(Vfio.IrqInfo.FLAGS) & Vfio.IrqInfo.FLAG_EVENTFD) != 0;
            return signalled ? Math.max(0, call.get32(Vfio.IrqInfo.COUNT)) : 0;
        } finally {
            device.gate().leave();
        }
    }

    /// Enables the first vectors, in place of those that were enabled before.
    ///
    /// @param vectors how many, 1 to [#available()]
    /// @return a counter for each
    /// @throws InvalidValueException when the device does not have as many; nothing is enabled then
    /// @throws TransportException    when the kernel refuses, or the device is closed; nothing is enabled then
    public List<EventCounter> enable(int vectors) {
        int available = available();
        if (vectors < 1 || vectors > available) {
            String bound = available == 0
                    ? "none, the device has no MSI-X"
                    : "1 to " + available + ", which the device has";
            throw (InvalidValueException) new InvalidValueException("vectors", Integer.toString(vectors), bound)
                    .at(device.name(), "enabling interrupts");
        }
        device.gate().enterOpen();
        lock.lock();
        try (var resources = new OpenResources()) {
            end();
            var created = new ArrayList<EventCounter>(vectors);
            for (int i = 0; i < vectors; i++) {
                var counter = EventCounter.create(host, device.name(), "interrupt " + i);
                resources.onFailure(counter::close);
                created.add(counter);
            }
            arm(created);
            resources.keep();
            counters = List.copyOf(created);
            return counters;
        } catch (LiveMigrationException e) {
            throw e.at(device.name(), "enabling interrupts");
        } finally {
            lock.unlock();
            device.gate().leave();
        }
    }

    private void arm(List<EventCounter> created) {
        int byteSize = Vfio.IrqSet.BYTE_SIZE + created.size() * Integer.BYTES;
        var call = new IoctlBuffer(host, byteSize).start(byteSize)
                .put32(Vfio.IrqSet.FLAGS, Vfio.IrqSet.FLAG_DATA_EVENTFD | Vfio.IrqSet.FLAG_ACTION_TRIGGER)
                .put32(Vfio.IrqSet.INDEX, Vfio.PCI_MSIX_IRQ_INDEX)
                .put32(Vfio.IrqSet.COUNT, created.size());
        // The counters are new and known here alone, so nobody closes them meanwhile.
        for (int i = 0; i < created.size(); i++) {
            call.put32(Vfio.IrqSet.DATA + (long) i * Integer.BYTES, created.get(i).file().acquire());
        }
        int result;
        try {
            result = call.call(device.file(), Vfio.DEVICE_SET_IRQS);
        } finally {
            created.forEach(counter -> counter.file().release());
        }
        if (result > 0) {
            throw (InvalidValueException) new InvalidValueException(
                    "vectors", Integer.toString(created.size()), result + ", which the host has left")
                    .at(device.name(), "enabling interrupts");
        }
        if (result < 0) {
            throw failure("enabling interrupts", -result);
        }
    }

    /// Disables all interrupts and ends their counters. Idempotent.
    ///
    /// @throws TransportException when the kernel refuses, or the device is closed
    public void disable() {
        device.gate().enterOpen();
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
            device.gate().leave();
        }
    }

    /// Ends the interrupts with a device that is being reset or closed.
    void endWithDevice() {
        lock.lock();
        try {
            end();
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        if (counters.isEmpty()) {
            return;
        }
        var ended = counters;
        counters = List.of();
        int result;
        try {
            result = new IoctlBuffer(host, Vfio.IrqSet.BYTE_SIZE).start(Vfio.IrqSet.BYTE_SIZE)
                    .put32(Vfio.IrqSet.FLAGS, Vfio.IrqSet.FLAG_DATA_NONE | Vfio.IrqSet.FLAG_ACTION_TRIGGER)
                    .put32(Vfio.IrqSet.INDEX, Vfio.PCI_MSIX_IRQ_INDEX)
                    .call(device.file(), Vfio.DEVICE_SET_IRQS);
        } finally {
            ended.forEach(EventCounter::close);
        }
        if (result < 0) {
            throw failure("disabling interrupts", -result);
        }
    }

    private TransportException failure(String doing, int errno) {
        return (TransportException) KernelError.of(doing, errno, REMEDY).at(device.name(), null);
    }
}
