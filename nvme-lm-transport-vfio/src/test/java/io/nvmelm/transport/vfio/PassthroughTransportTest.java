package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandTimeoutException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.controller.ControllingController;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.FakeNvme;
import io.nvmelm.transport.vfio.fake.ScratchFunction;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The whole way from PCI address to a controller in memory, as the kernel's driver behaves.
class PassthroughTransportTest {
    private static final PciAddress ADDRESS = PciAddress.parse("0000:04:00.0");
    private static final PciAddress VIRTUAL = PciAddress.parse("0000:04:10.0");

    private final FakeHost host = new FakeHost();
    private final InMemorySubsystem subsystem =
            InMemorySubsystem.builder(new VirtualClock()).build();
    private final FakeNvme.OnKernel plugged = FakeNvme.onKernelDriver(host, ADDRESS.kernelName(), 5, subsystem);

    private PassthroughTransport open() {
        return PassthroughTransport.open(host.host(), ADDRESS, PassthroughOptions.defaults());
    }

    private static MemorySegment identify(int structure) {
        var entry = MemorySegment.ofArray(new long[8]);
        AdminCommandCodec.encode(IdentifyCommand.of(structure), entry);
        return entry;
    }

    private static Throwable failureOf(PassthroughTransport transport, int structure, Duration timeout) {
        try (var memory = transport.allocate(4096)) {
            var future = transport.submit(identify(structure), memory, 4096, timeout);
            assertThat(future).isDone();
            var failure = catchThrowableOfType(CompletionException.class, future::join);
            assertThat(memory.isQuarantined()).isFalse();
            return failure.getCause();
        }
    }

    @Test
    void aVirtualFunctionLeadsToItsController() {
        host.addPciDevice(VIRTUAL.kernelName(), new ScratchFunction()).virtualFunctionOf(plugged.device(), 0);
        var topology = new PciTopology(host.host().files());
        assertThat(topology.physicalFunction(VIRTUAL)).isEqualTo(ADDRESS);
        try (var transport = open()) {
            assertThat(transport.nodePath()).isEqualTo("/dev/nvme5");
            var controlling = ControllingController.open(transport, TransferOptions.defaults());
            var controller = controlling.migratableByVirtualFunction(topology.virtualFunctionNumber(VIRTUAL));
            controller.suspend();
            controller.resume();
        }
        host.assertNothingLeft();
        assertThat(plugged.node().violations()).isEmpty();
        assertThat(subsystem.violations()).isEmpty();
    }

    @Test
    void theLimitIsTheDrivers() {
        try (var transport = open()) {
            assertThat(transport.limits().maximumTransferBytes()).isEqualTo(plugged.node().maximumTransferBytes());
            assertThat(transport.limits().maximumCommandsInFlight()).isEqualTo(1);
        }
    }

    @Test
    void aRingIsRefusedWithTheReasonAndTheWayOut() {
        try (var transport = open()) {
            assertThatThrownBy(() -> transport.allocateRing(4096))
                    .isInstanceOfSatisfying(CapabilityMissingException.class, refusal -> assertThat(refusal.remedy())
                            .contains("vfio-pci", "NvmeController"))
                    .hasMessageContaining("the kernel unmaps the memory of a passthrough command");
        }
    }

    @Test
    void eventsAreTheDrivers() {
        try (var transport = open()) {
            assertThat(transport.eventsUnavailable()).hasValueSatisfying(reason -> assertThat(reason)
                    .contains("the kernel's nvme driver", "takes what they bring"));
            assertThatThrownBy(() -> transport.listenForEvents(event -> {}))
                    .isInstanceOf(CapabilityMissingException.class)
                    .hasMessageContaining(transport.eventsUnavailable().orElseThrow());
        }
    }

    @Test
    void withoutPrivilegesTheTransportOpensAndSaysWhatIsMissingLater() {
        plugged.node().privileged(false);
        try (var transport = open()) {
            var failure = (TransportException) failureOf(
                    transport, IdentifyCommand.SECONDARY_CONTROLLER_LIST, Duration.ofSeconds(1));
            assertThat(failure.errno()).hasValue(13);
            assertThat(failure).hasMessageContaining("CAP_SYS_ADMIN");
        }
    }

    @Test
    void aCommandThatMissesItsDeadlineTimesOutAndResetsTheController() {
        try (var transport = open()) {
            subsystem.faults().on(AdminOpcode.IDENTIFY).nth(1).timesOut();
            var failure = failureOf(transport, IdentifyCommand.CONTROLLER, Duration.ofMillis(20));
            assertThat(failure).isInstanceOf(CommandTimeoutException.class);
            assertThat(plugged.node().resets()).isEqualTo(1);
        }
        host.assertNothingLeft();
    }

    @Test
    void aCommandThatAResetCancelsDidNotTimeOut() {
        try (var transport = open()) {
            plugged.node().failNext(4);
            var failure = failureOf(transport, IdentifyCommand.CONTROLLER, Duration.ofSeconds(20));
            assertThat(failure).isInstanceOf(TransportException.class).hasMessageContaining("was reset");
        }
    }

    @Test
    void aControllerThatIsGoneIsReported() {
        try (var transport = open()) {
            plugged.node().remove();
            var failure = (TransportException) failureOf(
                    transport, IdentifyCommand.CONTROLLER, Duration.ofSeconds(20));
            assertThat(failure.errno()).hasValue(19);
        }
        host.assertNothingLeft();
    }

    @Test
    void everyStepOfTheOpeningThatFailsLeavesNothingOpen() {
        open().close();
        host.assertNothingLeft();
        int failures = 0;
        for (int call = 1;; call++) {
            host.failAt(call);
            var failure = catchThrowable(() -> open().close());
            host.assertNothingLeft();
            if (host.failuresLeft() > 0) {
                break;
            }
            if (failure != null) {
                assertThat(failure).isInstanceOf(LiveMigrationException.class);
                assertThat(((LiveMigrationException) failure).remedy()).isNotBlank();
                failures++;
            }
        }
        // The node, the memory, Identify: a refusal of the larger ones leads to a smaller limit.
        assertThat(failures).isEqualTo(3);
    }

    @Test
    void aFunctionOnVfioIsRefused() {
        plugged.device().driver("vfio-pci");
        assertThatThrownBy(this::open).isInstanceOf(TransportException.class).hasMessageContaining("driver vfio-pci");
        host.assertNothingLeft();
    }

    @Test
    void manyOpeningsLeaveNothing() {
        for (int i = 0; i < 2_000; i++) {
            try (var transport = open()) {
                transport.allocate(100).close();
                var kept = transport.allocate(4096);
                assertThat(kept.isQuarantined()).isFalse();
            }
        }
        host.assertNothingLeft();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1})
    void withoutExecutorThereIsOnePlace(int places) {
        assertThatThrownBy(() -> new PassthroughOptions(Optional.empty(), places, Duration.ofSeconds(1)))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("no executor");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 17, -1})
    void placesAreBounded(int places) {
        assertThatThrownBy(() -> PassthroughOptions.defaults().withExecutor(Runnable::run, places))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("1 to 16");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S"})
    void theTimeOfTheOpeningIsMoreThanZero(Duration timeout) {
        var options = PassthroughOptions.defaults();
        assertThatThrownBy(() -> options.withOpenTimeout(timeout)).isInstanceOf(InvalidValueException.class);
        assertThat(options.withOpenTimeout(Duration.ofNanos(1)).openTimeout()).isEqualTo(Duration.ofNanos(1));
    }
}
