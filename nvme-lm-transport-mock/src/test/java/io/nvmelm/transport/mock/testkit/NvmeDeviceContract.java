package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigratableDevice;
import io.nvmelm.TransferOptions;
import io.nvmelm.transport.mock.guest.GuestDriver;
import org.jspecify.annotations.Nullable;

/// The contract of a device, kept by an NVMe controller of the in-memory subsystem; subclasses choose subsystem and options. The
/// state to be recognised is that of a guest with its queues, commands in them that were not fetched, and its blocks.
abstract class NvmeDeviceContract extends MigratableDeviceContract {
    final HostPair hosts;
    private final TransferOptions options;
    private @Nullable GuestDriver guest;

    NvmeDeviceContract(HostPair hosts, TransferOptions options) {
        this.hosts = hosts;
        this.options = options;
    }

    @Override
    protected MigratableDevice openSource() {
        return hosts.open(hosts.source(), options);
    }

    @Override
    protected MigratableDevice openDestination() {
        return hosts.open(hosts.destination(), options);
    }

    @Override
    protected void giveSourceState(int mark) {
        guest = GuestDriver.builder(hosts.clock(), hosts.guestMemory())
                .queuePairs(3 * mark)
                .queueEntries(16)
                .blocks(0, 256)
                .usedMedium()
                .seed(mark)
                .start(HostPair.controller(hosts.source()));
        assertThat(guest.run(100)).isTrue();
        assertThat(guest.submit(12)).isPositive();
    }

    @Override
    protected void prepareDestination() {
        if (guest != null) {
            guest.attach(HostPair.controller(hosts.destination()));
        }
    }

    @Override
    protected void assertDestinationState(int mark) {
        var driver = guest;
        assertThat(driver).isNotNull();
        driver.rebind(HostPair.controller(hosts.destination()));
        assertThat(driver.run(100)).as("%s", driver.report()).isTrue();
        assertThat(driver.drain()).as("%s", driver.report()).isTrue();
        assertThat(driver.verifyMedium()).isZero();
        assertThat(driver.report().isClean()).as("%s", driver.report()).isTrue();
    }
}
