package io.nvmelm.core.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.CallbackException;
import io.nvmelm.ControllerIdentity;
import io.nvmelm.ControllerManifest;
import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceManifest;
import io.nvmelm.InvalidValueException;
import io.nvmelm.MigrationOptions;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.PreflightReason;
import io.nvmelm.nvme.StateFormat;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/// A file is compared with the device as a source is, before the device is touched; what its state leaves out is in the device before it.
class LoaderPreflightTest {
    private static final DeviceManifest FULL = Samples.fullDevice();

    private static ReadableByteChannel file(DeviceManifest device, StateFormat format, boolean supplied) {
        var out = new ByteArrayOutputStream();
        var session = new SavingSession(
                device.withSupplied(supplied),
                Optional.of(format),
                ArrayState.of(new byte[] {1, 2}),
                supplied ? Optional.of(Samples.properties()) : Optional.empty());
        StreamSaver.saveSessions(List.of(session), Channels.newChannel(out), StreamSettings.DEFAULT);
        return Channels.newChannel(new ByteArrayInputStream(out.toByteArray()));
    }

    private static ManifestDevice with(ControllerManifest controller) {
        return new ManifestDevice(new DeviceManifest(
                FULL.name(), FULL.capabilities(), FULL.formats(), 1, 1 << 20, Optional.of(controller),
                FULL.missingFromState(), false));
    }

    private static ManifestDevice other() {
        return with(ControllerManifest.of(new ControllerIdentity("nqn.b", "s", "m", "f", 3, OptionalInt.empty())));
    }

    private static StreamLoader loader(ManifestDevice device) {
        return new StreamLoader(List.of(device), StreamSettings.DEFAULT);
    }

    @Test
    void anotherControllerIsRefusedWithEveryReasonAndNotTouched() {
        var device = other();
        assertThatThrownBy(() -> loader(device).load(file(FULL, FULL.formats().getFirst(), false)))
                .isInstanceOfSatisfying(MigrationUnsupportedException.class, refusal -> assertThat(refusal.reasons())
                        .hasSize(2)
                        .allMatch(reason -> reason.contains("not attached")));
        assertThat(device.log).isEmpty();
    }

    @Test
    void whatIsWaivedIsLoaded() {
        var device = other();
        loader(device)
                .options(MigrationOptions.defaults().waiving(PreflightReason.NAMESPACE_MISSING))
                .load(file(FULL, FULL.formats().getFirst(), false));
        assertThat(device.loaded.toByteArray()).containsExactly(1, 2);
    }

    /// Another format that both have is of no use: the state is there in this one.
    @Test
    void onlyTheFormatOfTheFileCounts() {
        var device = new ManifestDevice(FULL.withFormats(List.of(FULL.formats().get(0))));
        assertThatThrownBy(() -> loader(device).load(file(FULL, FULL.formats().get(2), false)))
                .isInstanceOf(MigrationUnsupportedException.class)
                .hasMessageContaining("formats of the state");
        assertThat(device.log).isEmpty();
    }

    /// A supplement that writes down when it was called.
    private record Noted(ManifestDevice device) implements ControllerSupplement {
        @Override
        public ControllerProperties capture() {
            throw new AssertionError("nothing is saved");
        }

        @Override
        public void apply(ControllerProperties properties) {
            assertThat(properties).isEqualTo(Samples.properties());
            device.log.add("apply");
        }
    }

    @Test
    void propertiesAreAppliedBetweenOpeningAndTheState() {
        var device = new ManifestDevice(FULL);
        var loaded = loader(device)
                .supplement(device, new Noted(device))
                .load(file(FULL, StateFormat.ofVersion(0), true));
        assertThat(device.log).containsSubsequence("RESUMING", "apply", "write 2", "STOP");
        assertThat(loaded.properties()).containsExactly(Optional.of(Samples.properties()));
    }

    @Test
    void aStateWithoutItsPropertiesIsRefusedUnlessThatIsWaived() {
        var device = new ManifestDevice(FULL);
        for (boolean supplied : new boolean[] {true, false}) {
            assertThatThrownBy(() -> loader(device).load(file(FULL, StateFormat.ofVersion(0), supplied)))
                    .isInstanceOf(MigrationUnsupportedException.class)
                    .hasMessageContaining("ControllerSupplement");
        }
        assertThat(device.log).isEmpty();
        var loaded = loader(device)
                .options(MigrationOptions.defaults().waiving(PreflightReason.PART_NOT_CARRIED))
                .load(file(FULL, StateFormat.ofVersion(0), true));
        assertThat(loaded.properties()).containsExactly(Optional.of(Samples.properties()));
        assertThat(device.log).doesNotContain("apply");
    }

    @Test
    void aSupplementThatThrowsLeavesAFreshDevice() {
        var device = new ManifestDevice(FULL);
        var failing = new ControllerSupplement() {
            @Override
            public ControllerProperties capture() {
                throw new AssertionError("nothing is saved");
            }

            @Override
            public void apply(ControllerProperties properties) {
                throw new IllegalStateException("no such register");
            }
        };
        assertThatThrownBy(() -> loader(device)
                .supplement(device, failing)
                .load(file(FULL, StateFormat.ofVersion(0), true)))
                .isInstanceOf(CallbackException.class)
                .hasMessageContaining("no such register");
        assertThat(device.log).endsWith("reset").doesNotContain("STOP");
    }

    @Test
    void aSupplementOfAnotherDeviceIsRefused() {
        var device = new ManifestDevice(FULL);
        var another = new ManifestDevice(FULL);
        assertThatThrownBy(() -> loader(device).supplement(another, new Noted(another)))
                .isInstanceOf(InvalidValueException.class);
    }
}
