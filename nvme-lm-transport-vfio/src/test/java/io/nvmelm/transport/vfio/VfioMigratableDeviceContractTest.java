package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigratableDevice;
import io.nvmelm.transport.mock.testkit.MigratableDeviceContract;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import io.nvmelm.transport.vfio.fake.FakeMigration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;

/// What every migratable device promises, kept over the fake kernel by drivers of all four kinds and of both manners.
class VfioMigratableDeviceContractTest {

    abstract static class Drivers extends MigratableDeviceContract {
        final VfioMigratableDeviceFixture source;
        final VfioMigratableDeviceFixture destination;

        Drivers(int flags) {
            source = new VfioMigratableDeviceFixture(flags);
            destination = new VfioMigratableDeviceFixture(flags);
            adjust(source.migration);
            adjust(destination.migration);
        }

        void adjust(FakeMigration migration) {
            migration.mostRead(333).mostWrite(97);
        }

        @Override
        protected MigratableDevice openSource() {
            return source.open();
        }

        @Override
        protected MigratableDevice openDestination() {
            return destination.open();
        }

        @Override
        protected void giveSourceState(int mark) {
            source.migration.setGuestState(VfioMigratableDeviceFixture.stateOf(mark));
        }

        @Override
        protected void assertDestinationState(int mark) {
            assertThat(destination.migration.guestState()).isEqualTo(VfioMigratableDeviceFixture.stateOf(mark));
        }

        @AfterEach
        void nothingIsLeft() {
            closeDevices();
            source.kernel.assertNothingLeft();
            destination.kernel.assertNothingLeft();
        }
    }

    @Nested
    class StopCopyAlone extends Drivers {
        StopCopyAlone() {
            super(1);
        }
    }

    @Nested
    class WithP2p extends Drivers {
        WithP2p() {
            super(3);
        }
    }

    @Nested
    class WithPreCopy extends Drivers {
        WithPreCopy() {
            super(5);
        }

        @Override
        void adjust(FakeMigration migration) {
            migration.temporaryEndIsZero(true).goneErrno(FakeErrno.EINVAL);
        }
    }

    @Nested
    class WithBoth extends Drivers {
        WithBoth() {
            super(7);
        }
    }

    @Nested
    class WithBothAndForgetful extends Drivers {
        WithBothAndForgetful() {
            super(7);
        }

        @Override
        void adjust(FakeMigration migration) {
            migration.temporaryEndIsZero(true).forgetsFailedWrites(true).knowsReinit(true);
        }

        @Override
        protected MigratableDevice openSource() {
            source.kernel.useIommufd(false);
            return super.openSource();
        }
    }
}
