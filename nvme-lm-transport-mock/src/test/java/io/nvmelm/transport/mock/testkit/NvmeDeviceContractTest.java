package io.nvmelm.transport.mock.testkit;

import io.nvmelm.TransferOptions;
import io.nvmelm.transport.mock.LatencyModel;
import io.nvmelm.transport.mock.LatencyModel.CommandClass;
import io.nvmelm.transport.mock.NvmRegisters;
import java.time.Duration;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;

/// An NVMe controller as a device keeps the contract, whatever its subsystem is like and however its state is moved.
class NvmeDeviceContractTest {

    @Nested
    @ExtendWith(InMemoryHosts.class)
    class WithDefaults extends NvmeDeviceContract {
        WithDefaults(HostPair hosts) {
            super(hosts, TransferOptions.defaults());
        }
    }

    @Nested
    @ExtendWith(InMemoryHosts.class)
    class InTheSmallestPieces extends NvmeDeviceContract {
        InTheSmallestPieces(HostPair hosts) {
            super(hosts, TransferOptions.defaults().withPieces(TransferOptions.MINIMUM_PIECE_BYTES, 1));
        }
    }

    @Nested
    class WithOneCommandInFlight extends NvmeDeviceContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder
                .maximumCommandsInFlight(1));

        WithOneCommandInFlight(HostPair hosts) {
            super(hosts, TransferOptions.defaults().withPieces(256, 8));
        }
    }

    @Nested
    class WithSuspensionReportedInTheHeaderAlone extends NvmeDeviceContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder
                .reportSuspendedInCompletion(false));

        WithSuspensionReportedInTheHeaderAlone(HostPair hosts) {
            super(hosts, TransferOptions.defaults().withPieces(512, 3));
        }
    }

    @Nested
    class WithALargeStateAndCompletionsOutOfOrder extends NvmeDeviceContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder.vendorStatePadding(
                40_000)
                .latency(LatencyModel.none()
                        .with(CommandClass.MIGRATION, Duration.ofNanos(5_000))
                        .withJitter(Duration.ofNanos(40_000))));

        WithALargeStateAndCompletionsOutOfOrder(HostPair hosts) {
            super(hosts, TransferOptions.defaults().withPieces(4096, 4));
        }
    }

    /// Version 0 has the queues alone, so the VMM carries the properties of the controller.
    @Nested
    class WithVersion0Only extends NvmeDeviceContract {
        @RegisterExtension static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder.vendorState(false));

        private int queueAttributes;
        private long submissionBase;
        private long completionBase;
        private int configuration;

        WithVersion0Only(HostPair hosts) {
            super(hosts, TransferOptions.defaults());
        }

        @Override
        protected void giveSourceState(int mark) {
            super.giveSourceState(mark);
            var controller = HostPair.controller(hosts.source());
            queueAttributes = controller.readRegister32(NvmRegisters.AQA);
            submissionBase = controller.readRegister64(NvmRegisters.ASQ);
            completionBase = controller.readRegister64(NvmRegisters.ACQ);
            configuration = controller.readRegister32(NvmRegisters.CC);
        }

        @Override
        protected void prepareDestination() {
            super.prepareDestination();
            var controller = HostPair.controller(hosts.destination());
            controller.writeRegister32(NvmRegisters.AQA, queueAttributes);
            controller.writeRegister64(NvmRegisters.ASQ, submissionBase);
            controller.writeRegister64(NvmRegisters.ACQ, completionBase);
            controller.writeRegister32(NvmRegisters.CC, configuration);
            hosts.clock().runUntilIdle();
        }
    }
}
