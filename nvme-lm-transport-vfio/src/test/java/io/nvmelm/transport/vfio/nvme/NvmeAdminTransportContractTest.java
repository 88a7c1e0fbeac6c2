package io.nvmelm.transport.vfio.nvme;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.testkit.AdminTransportContract;
import io.nvmelm.transport.vfio.fake.FakeNvmeFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.AfterEach;

/// What every transport promises, kept by the admin queue in user space, which is polled.
class NvmeAdminTransportContractTest extends AdminTransportContract {
    private static final int ONE_SHOT = 4;

    private final List<NvmeTestBed> beds = new ArrayList<>();
    private final List<NvmeController> controllers = new ArrayList<>();

    NvmeControllerOptions options() {
        return NvmeControllerOptions.defaults();
    }

    @Override
    protected AdminTransport openTransport() {
        var bed = new NvmeTestBed(builder -> {}, this::prepare);
        beds.add(bed);
        var controller = bed.open(options());
        controllers.add(controller);
        return controller.transport();
    }

    @Override
    protected Optional<Runnable> makeNextCommandHang() {
        return Optional.of(() -> beds.getFirst().hangNext(AdminOpcode.IDENTIFY));
    }

    @Override
    protected OptionalInt loggedController() {
        return OptionalInt.of(beds.getFirst().subsystem.migratableControllerIds().getFirst());
    }

    @Override
    protected Optional<Runnable> provokeEvent() {
        return Optional.of(() -> {
            var bed = beds.getFirst();
            bed.function.controller().raiseAsynchronousEvent(ONE_SHOT, 7, 0);
            bed.host.clock().advance(Duration.ofMillis(1));
        });
    }

    @Override
    protected Optional<Runnable> resetController() {
        return Optional.of(() -> controllers.getFirst().reset());
    }

    @AfterEach
    void nothingIsLeft() {
        closeTransports();
        beds.forEach(NvmeTestBed::assertClean);
    }

    /// Changes the function before it is plugged in.
    void prepare(FakeNvmeFunction function) {}
}
