package io.nvmelm.transport.vfio.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.core.codec.AdminCommandCodec;
import io.nvmelm.core.codec.SubmissionEntryView;
import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.vfio.PciAddress;
import io.nvmelm.transport.vfio.TestDevices;
import io.nvmelm.transport.vfio.VfioDevice;
import io.nvmelm.transport.vfio.VfioOptions;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.FakeNvmeFunction;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assertions;

/// A fake host with one NVMe function, and commands for it.
final class NvmeTestBed {
    static final String BDF = "0000:04:00.0";
    static final int PAGE = 4096;
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final FakeHost host = new FakeHost();
    final InMemorySubsystem subsystem;
    final FakeNvmeFunction function;
    /// What the host sees.
    final RogueFunction rogue;

    NvmeTestBed() {
        this(builder -> {}, function -> {});
    }

    NvmeTestBed(Consumer<InMemorySubsystemBuilder> subsystemOptions, Consumer<FakeNvmeFunction> functionOptions) {
        var builder = InMemorySubsystem.builder(new VirtualClock());
        subsystemOptions.accept(builder);
        subsystem = builder.build();
        function = new FakeNvmeFunction(host.clock(), subsystem.controllingController());
        functionOptions.accept(function);
        rogue = new RogueFunction(function);
        host.addPciDevice(BDF, rogue);
    }

    VfioDevice device() {
        return TestDevices.open(host.host(), PciAddress.parse(BDF), VfioOptions.defaults());
    }

    /// {@return a controller that closes its device}
    NvmeController open(NvmeControllerOptions options) {
        return NvmeController.open(device(), options.withClosesDevice(true), host.clock());
    }

    NvmeController open() {
        return open(NvmeControllerOptions.defaults());
    }

    void hangNext(AdminOpcode opcode) {
        subsystem.faults().on(opcode).nth(1).timesOut();
    }

    static MemorySegment identifyController() {
        var entry = entry();
        AdminCommandCodec.encode(IdentifyCommand.of(IdentifyCommand.CONTROLLER), entry);
        return entry;
    }

    static MemorySegment numberOfQueues() {
        var entry = entry();
        new SubmissionEntryView().wrap(entry, 0).opcode(AdminOpcode.GET_FEATURES.value()).cdw10(0x07);
        return entry;
    }

    private static MemorySegment entry() {
        return MemorySegment.ofArray(new byte[SubmissionEntryView.BYTES]);
    }

    static CompletableFuture<Completion> submit(NvmeController controller) {
        return controller.transport().submit(numberOfQueues(), null, 0, PATIENCE);
    }

    static void assertWorks(NvmeController controller) {
        assertThat(submit(controller).join().isSuccess()).isTrue();
    }

    /// {@return what a future fails with}
    static Throwable failureOf(CompletableFuture<?> future) {
        return Assertions.assertThrows(CompletionException.class, future::join).getCause();
    }

    /// Fails when anything was left, or the driver did what no driver may.
    void assertClean() {
        host.assertNothingLeft();
        assertThat(function.violations()).isEmpty();
        assertThat(host.dmaFaults()).isEmpty();
        assertThat(subsystem.violations()).isEmpty();
    }
}
