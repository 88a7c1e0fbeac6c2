package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.CallbackException;
import io.nvmelm.ControllerProperties;
import io.nvmelm.ControllerSupplement;
import io.nvmelm.DeviceState;
import io.nvmelm.GuestControl;
import io.nvmelm.MigrationPhase;
import io.nvmelm.PreCopyContext;
import io.nvmelm.PreCopyStage;
import io.nvmelm.PreCopyStage.Remainder;
import io.nvmelm.RunPermission;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the embedder's code may throw or answer: code in Kotlin or Scala throws checked exceptions where Java declares none.
class CallbackFailureTest {
    private final Pair pair = new Pair(new byte[100]);

    @AfterEach
    void close() {
        pair.close();
    }

    /// Throws a checked exception that is not declared.
    @SuppressWarnings("unchecked")
    private static <T extends Throwable> RuntimeException checked() throws T {
        throw (T) new IOException("the monitor is gone");
    }

    private static PreCopyStage stage(
            Function<PreCopyContext, Remainder> copy, Consumer<PreCopyContext> finish, Runnable end) {
        return new PreCopyStage() {
            @Override
            public String name() {
                return "memory";
            }

            @Override
            public Remainder copy(PreCopyContext context) {
                return copy.apply(context);
            }

            @Override
            public void finish(PreCopyContext context) {
                finish.accept(context);
            }

            @Override
            public void abandon() {
                end.run();
            }

            @Override
            public void complete() {
                end.run();
            }
        };
    }

    private static Remainder nothing() {
        return new Remainder(0, 1, false);
    }

    private static GuestControl guest(Runnable pause, Runnable resume) {
        return new GuestControl() {
            @Override
            public void pause() {
                pause.run();
            }

            @Override
            public void resume() {
                resume.run();
            }
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"pause", "copy", "finish", "capture", "listener", "channel"})
    void aCheckedExceptionOfTheSourceBeforeTheDecisionTakesTheGuestBack(String where) {
        MigrationSender sender = switch (where) {
            case "pause" -> pair.sender().guest(guest(CallbackFailureTest::checked, () -> {
                throw new AssertionError("was never paused");
            }));
            case "copy" -> pair.sender().stage(stage(context -> {
                throw checked();
            }, context -> {}, () -> {}));
            case "finish" -> pair.sender().stage(stage(context -> nothing(), context -> checked(), () -> {}));
            case "capture" -> pair.sender().supplement(pair.source, new Supplement(CallbackFailureTest::checked));
            case "listener" -> pair.sender().listener(progress -> {
                if (progress.phase() == MigrationPhase.LOAD) {
                    throw checked();
                }
            });
            default -> {
                pair.sourceOut = out -> new BreaksOnceStopped(out, pair.source);
                yield pair.sender();
            }
        };
        if (!where.equals("pause")) {
            sender.guest(pair.guest("source"));
        }
        var reports = pair.migrate(sender, pair.receiver());
        assertThat(reports.source().failure()).isNotNull().hasStackTraceContaining("the monitor is gone");
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(reports.source().runsHere()).isTrue();
        assertThat(pair.source.state()).isEqualTo(DeviceState.RUNNING);
        assertThat(pair.log.contains("source guest paused")).isEqualTo(pair.log.contains("source guest resumed"));
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.NOT_HERE);
    }

    /// Throws while the guest stands still.
    private record BreaksOnceStopped(WritableByteChannel channel, ArrayDevice device) implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (device.state() == DeviceState.STOP_COPY) {
                throw checked();
            }
            return channel.write(bytes);
        }

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }

    private record Supplement(Runnable call) implements ControllerSupplement {
        @Override
        @SuppressWarnings("NullAway") // what is tested
        public ControllerProperties capture() {
            call.run();
            return null;
        }

        @Override
        public void apply(ControllerProperties properties) {
            call.run();
        }
    }

    @Test
    void aCheckedExceptionOnTheWayBackIsReportedAndCanBeTriedAgain() {
        pair.destination.failing.add("write");
        boolean[] fails = {true};
        var sender = pair.sender().guest(guest(() -> {}, () -> {
            if (fails[0]) {
                throw checked();
            }
        })).stage(stage(context -> nothing(), context -> {}, CallbackFailureTest::checked));
        var report = pair.migrate(sender, pair.receiver()).source();
        assertThat(report.mayRun()).isEqualTo(RunPermission.SOURCE);
        assertThat(report.runsHere()).isFalse();
        assertThat(report.failure().getSuppressed()).hasSize(2).allMatch(CallbackException.class::isInstance);
        fails[0] = false;
        assertThat(sender.retryResume().runsHere()).isTrue();
    }

    @Test
    void aCheckedExceptionOfResumingAtTheDestinationLeavesItToDecide() {
        boolean[] fails = {true};
        var receiver = pair.receiver().guest(guest(() -> {}, () -> {
            if (fails[0]) {
                throw checked();
            }
        }));
        var reports = pair.migrate(pair.sender(), receiver);
        assertThat(reports.source().mayRun()).isEqualTo(RunPermission.ASK_DESTINATION);
        assertThat(reports.destination().mayRun()).isEqualTo(RunPermission.DESTINATION);
        assertThat(receiver.retryResume().runsHere()).isFalse();
        fails[0] = false;
        assertThat(receiver.retryResume().runsHere()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(value = MigrationPhase.class, names = {"COMMIT", "RESUME"})
    void aCheckedExceptionOfAListenerAfterTheDecisionIsAWarning(MigrationPhase phase) {
        var report = pair.migrate(pair.sender().listener(progress -> {
            if (progress.phase() == phase) {
                throw checked();
            }
        }), pair.receiver()).source().throwIfFailed();
        assertThat(report.warnings()).singleElement().isInstanceOf(CallbackException.class);
    }

    @Test
    void aStageThatSaysNothingIsNamed() {
        @SuppressWarnings("NullAway") // what is tested
        var stage = stage(context -> null, context -> {}, () -> {});
        var report = pair.migrate(pair.sender().stage(stage), pair.receiver()).source();
        assertThat(report.failure()).isInstanceOf(CallbackException.class).hasMessageContaining("stage memory")
                .hasMessageContaining("null");
    }

    @Test
    void aSupplementThatSaysNothingIsNamed() {
        var supplement = new Supplement(() -> {});
        var report = pair.migrate(
                pair.sender().supplement(pair.source, supplement),
                pair.receiver().supplement(pair.destination, supplement)).source();
        assertThat(report.failure()).isInstanceOf(CallbackException.class).hasMessageContaining(
                "capturing the supplement").hasMessageContaining("null");
    }
}
