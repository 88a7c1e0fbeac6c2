package io.nvmelm.core.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationReport;
import io.nvmelm.MigrationRole;
import io.nvmelm.PeerException;
import io.nvmelm.RunPermission;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class MigrationHistoryTest {

    private static MigrationReport report(int number, @Nullable LiveMigrationException failure, String... devices) {
        return new MigrationReport(new UUID(0, number), MigrationRole.SOURCE, List.of(devices), RunPermission.SOURCE,
                true, List.of(),
                0, Duration.ZERO, List.of(), List.of(), failure);
    }

    @Test
    void theLastReportOfEachDeviceIsKeptAlsoOfAFailure() {
        var history = new MigrationHistory(4);
        var first = report(1, null, "a", "b");
        var second = report(2, new PeerException("gone", "Look", null), "b");
        history.add(first);
        history.add(second);
        assertThat(history.lastOf("a")).containsSame(first);
        assertThat(history.lastOf("b")).containsSame(second);
        assertThat(history.lastOf("c")).isEmpty();
        assertThat(history.reports()).containsExactly(second, first);
    }

    @Test
    void aReportOfSeveralDevicesIsListedOnce() {
        var history = new MigrationHistory(4);
        var both = report(1, null, "a", "b");
        history.add(both);
        assertThat(history.reports()).containsExactly(both);
    }

    @Test
    void theDeviceWithTheOldestReportGoes() {
        var history = new MigrationHistory(2);
        history.add(report(1, null, "a"));
        history.add(report(2, null, "b"));
        history.add(report(3, null, "a"));
        history.add(report(4, null, "c"));
        assertThat(history.lastOf("b")).isEmpty();
        assertThat(history.reports()).extracting(report -> report.migrationId().getLeastSignificantBits())
                .containsExactly(4L, 3L);
    }

    @Test
    void aMigrationIsFoundByItsIdWhileItIsTheLastOfADevice() {
        var history = new MigrationHistory(4);
        var first = report(1, null, "a", "b");
        history.add(first);
        history.add(report(0, null, "c"));
        assertThat(history.of(new UUID(0, 1))).containsSame(first);
        assertThat(history.of(new UUID(0, 2))).isEmpty();
        assertThat(history.of(new UUID(0, 0))).as("sides that never spoke").isEmpty();
        history.add(report(2, null, "a"));
        assertThat(history.of(new UUID(0, 1))).containsSame(first);
        history.add(report(3, null, "b"));
        assertThat(history.of(new UUID(0, 1))).isEmpty();
    }

    @Test
    void noRoomIsRefused() {
        assertThatThrownBy(() -> new MigrationHistory(0)).isInstanceOfSatisfying(
                InvalidValueException.class, e -> assertThat(e.field()).isEqualTo("maximumDevices"));
    }

    @Test
    void manyThreadsKeepTheBound() {
        var history = new MigrationHistory(8);
        var all = IntStream.range(0, 4).mapToObj(thread -> CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 2000; i++) {
                history.add(report(i, null, "device " + (i * 7 + thread) % 20));
                assertThat(history.reports()).hasSizeBetween(1, 8);
            }
        })).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all).join();
        assertThat(history.reports()).hasSize(8);
    }
}
