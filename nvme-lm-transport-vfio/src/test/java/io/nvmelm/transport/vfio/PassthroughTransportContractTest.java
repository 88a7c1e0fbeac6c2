package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.spi.AdminTransport;
import io.nvmelm.transport.mock.InMemorySubsystem;
import io.nvmelm.transport.mock.VirtualClock;
import io.nvmelm.transport.mock.testkit.AdminTransportContract;
import io.nvmelm.transport.vfio.fake.FakeHost;
import io.nvmelm.transport.vfio.fake.FakeNvme;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;

/// Passthrough keeps the contract of a transport, on the submitter's thread and on an executor.
class PassthroughTransportContractTest {
    private static final PciAddress ADDRESS = PciAddress.parse("0000:04:00.0");

    /// The contract on a host that has the controller on the kernel's driver.
    abstract static class OnAFakeHost extends AdminTransportContract {
        private final FakeHost host = new FakeHost();
        private final InMemorySubsystem subsystem =
                InMemorySubsystem.builder(new VirtualClock()).build();
        private final FakeNvme.OnKernel plugged =
                FakeNvme.onKernelDriver(host, ADDRESS.kernelName(), 0, subsystem);

        abstract PassthroughOptions options();

        @Override
        protected AdminTransport openTransport() {
            return PassthroughTransport.open(host.host(), ADDRESS, options());
        }

        @Override
        @AfterEach
        public void closeTransports() {
            super.closeTransports();
            endThreads();
            host.assertNothingLeft();
            assertThat(plugged.node().violations()).isEmpty();
            assertThat(plugged.node().resets()).isZero();
            assertThat(subsystem.violations()).isEmpty();
        }

        void endThreads() {}
    }

    @Nested
    class OnTheSubmittersThread extends OnAFakeHost {
        @Override
        PassthroughOptions options() {
            return PassthroughOptions.defaults();
        }
    }

    @Nested
    class OnAnExecutor extends OnAFakeHost {
        private static final int PLACES = 8;
        private ExecutorService executor;

        @BeforeEach
        void startThreads() {
            executor = Executors.newFixedThreadPool(PLACES);
        }

        @Override
        void endThreads() {
            executor.close();
        }

        @Override
        PassthroughOptions options() {
            return PassthroughOptions.defaults().withExecutor(executor, PLACES);
        }
    }

    @Nested
    class OnAnExecutorWithOneThread extends OnAFakeHost {
        private ExecutorService executor;

        @BeforeEach
        void startThreads() {
            executor = Executors.newSingleThreadExecutor();
        }

        @Override
        void endThreads() {
            executor.close();
        }

        @Override
        PassthroughOptions options() {
            return PassthroughOptions.defaults().withExecutor(executor, 16);
        }
    }
}
