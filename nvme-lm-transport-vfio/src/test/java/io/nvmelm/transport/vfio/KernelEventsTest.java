package io.nvmelm.transport.vfio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.DeviceState;
import io.nvmelm.TransportException;
import io.nvmelm.transport.vfio.fake.FakeCall;
import io.nvmelm.transport.vfio.fake.FakeErrno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the Flight Recorder gets of a device that the kernel migrates.
class KernelEventsTest {
    private final VfioMigratableDeviceFixture fixture = new VfioMigratableDeviceFixture(7);

    @TempDir Path folder;

    private List<RecordedEvent> record(String name, Runnable action) throws IOException {
        var file = folder.resolve("recording.jfr");
        try (var recording = new Recording()) {
            recording.enable(name);
            recording.start();
            action.run();
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file).stream()
                    .filter(event -> event.getEventType().getName().equals(name))
                    .toList();
        } finally {
            Files.deleteIfExists(file);
        }
    }

    @Test
    void everyRequestAndResetIsAnEvent() throws IOException {
        try (var device = fixture.open()) {
            var events = record("io.nvmelm.KernelArc", () -> {
                device.setState(DeviceState.STOP);
                fixture.kernel.fail(FakeCall.named("RESET"), FakeErrno.EIO, 0, 1);
                assertThatThrownBy(device::reset).isInstanceOf(TransportException.class);
                device.reset();
            });
            assertThat(events).extracting(e -> e.getString("from") + " " + e.getString("to") + " " + e
                    .getBoolean("reset") + " " + e.getString("failure").contains("EIO"))
                    .containsExactly("RUNNING STOP false false", "STOP RUNNING true true", "STOP RUNNING true false");
            assertThat(events).allSatisfy(e -> assertThat(e.getString("device")).isEqualTo(
                    device.identity().name()));
        }
    }

    @Test
    void aCallThatIsMadeAgainIsOneEventWithItsRetries() throws IOException {
        try (var device = fixture.open()) {
            fixture.kernel.fail(FakeCall.named("RESET"), FakeErrno.EAGAIN, 0, 5);
            var events = record("io.nvmelm.KernelRetry", () -> {
                device.reset();
                device.reset();
            });
            assertThat(events).singleElement().satisfies(e -> {
                assertThat(e.getString("call")).isEqualTo("VFIO_DEVICE_RESET");
                assertThat(e.getString("refusal")).contains("EAGAIN");
                assertThat(e.getLong("retries")).isEqualTo(5);
                assertThat(e.getLong("result")).isZero();
            });
        }
    }
}
