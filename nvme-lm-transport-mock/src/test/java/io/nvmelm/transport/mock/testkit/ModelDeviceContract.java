package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.MigratableDevice;
import io.nvmelm.MigrationCapability;
import java.util.Set;

/// The contract, for a pair of model devices.
class ModelDeviceContract extends MigratableDeviceContract {
    private final ModelDevice source;
    private final ModelDevice destination;

    ModelDeviceContract(Set<MigrationCapability> capabilities, ModelDevice.Defect defect) {
        source = new ModelDevice("source", capabilities, defect);
        destination = new ModelDevice("destination", capabilities, defect);
    }

    @Override
    protected MigratableDevice openSource() {
        return source;
    }

    @Override
    protected MigratableDevice openDestination() {
        return destination;
    }

    @Override
    protected void giveSourceState(int mark) {
        source.mark = mark;
    }

    @Override
    protected void assertDestinationState(int mark) {
        assertThat(destination.mark).isEqualTo(mark);
    }
}
