package io.nvmelm.transport.mock.testkit;

import static io.nvmelm.MigrationCapability.P2P;
import static io.nvmelm.MigrationCapability.PRE_COPY;
import static io.nvmelm.MigrationCapability.STOP_COPY;

import java.util.Set;
import org.junit.jupiter.api.Nested;

/// The contract holds for every set of capabilities that there is.
class ModelDeviceContractTest {

    @Nested
    class WithStopCopyAlone extends ModelDeviceContract {
        WithStopCopyAlone() {
            super(Set.of(STOP_COPY), ModelDevice.Defect.NONE);
        }
    }

    @Nested
    class WithPeerToPeer extends ModelDeviceContract {
        WithPeerToPeer() {
            super(Set.of(STOP_COPY, P2P), ModelDevice.Defect.NONE);
        }
    }

    @Nested
    class WithPreCopy extends ModelDeviceContract {
        WithPreCopy() {
            super(Set.of(STOP_COPY, PRE_COPY), ModelDevice.Defect.NONE);
        }
    }

    @Nested
    class WithAll extends ModelDeviceContract {
        WithAll() {
            super(Set.of(STOP_COPY, P2P, PRE_COPY), ModelDevice.Defect.NONE);
        }
    }
}
