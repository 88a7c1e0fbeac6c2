package io.nvmelm.transport.vfio.fake;

import static io.nvmelm.transport.vfio.fake.RawCalls.pair;
import static io.nvmelm.transport.vfio.fake.RawCalls.word;
import static io.nvmelm.transport.vfio.fake.RawCalls.words;
import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.vfio.linux.SystemCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The fake kernel against the rules of migration version 2: features, states, data files, DMA logging.
class FakeMigrationTest {
    private static final int STOP = 1;
    private static final int RUNNING = 2;
    private static final int STOP_COPY = 3;
    private static final int RESUMING = 4;
    private static final int PRE_COPY = 6;
    private static final int FEATURE = 0x3B75;
    private static final byte[] STATE = {1, 2, 3, 4, 5, 6, 7};

    private final FakeHost host = new FakeHost();
    private final RawCalls raw = new RawCalls(host);
    private final SystemCalls calls = raw.calls();
    private final FakePciDevice device = host.addPciDevice("0000:01:00.0", new ScratchFunction());
    private final MemorySegment buffer = Arena.ofAuto().allocate(4096);

    private int open(FakeMigration migration) {
        return raw.openByGroup(device.migration(migration.setGuestState(STATE)))[2];
    }

    private long read(int data) {
        return calls.read(data, buffer, 0, 4096);
    }

    @Test
    void aPlainDriverMigratesNothing() {
        int opened = raw.openByGroup(device)[2];
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x10001, 0, 0)).isEqualTo(-25);
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x10002, 0, 0)).isEqualTo(-25);
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x40006, 0, 0)).isEqualTo(-25);
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x10063, 0, 0)).isEqualTo(-25);
    }

    @Test
    void theFlagWordOfAFeatureIsChecked() {
        int opened = open(new FakeMigration(7));
        assertThat(raw.ioctl(opened, FEATURE, 7, 0x10001, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 15, 0x10001, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x90001, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x30002, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 16, 2, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 16, 0x20001, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 8, 0x70002)).isZero();
        assertThat(raw.ioctl(opened, FEATURE, 8, 0x60001)).isEqualTo(-22);
        var flags = words(16, 0x10001, 0, 0);
        assertThat(calls.ioctl(opened, FEATURE, flags)).isZero();
        assertThat(pair(flags, 2)).isEqualTo(7);
    }

    @Test
    void aStateIsSavedAndLoadedArcByArc() {
        var migration = new FakeMigration(3).mostRead(5);
        int opened = open(migration);
        int saved = raw.state(opened, STOP_COPY);
        assertThat(migration.arcs()).containsExactly("2>5", "5>1", "1>3");
        byte[] stream = raw.drain(saved);
        assertThat(stream).hasSize(23).isEqualTo(FakeMigration.streamOf(STATE));
        assertThat(raw.state(opened, RESUMING)).isPositive();
        assertThat(read(saved)).isEqualTo(-19);
        int loading = raw.state(opened, RESUMING);
        assertThat(loading).isEqualTo(-1);
        assertThat(raw.state(opened, STOP)).isEqualTo(-1022);
        assertThat(raw.state(opened)).isEqualTo(RESUMING);
        raw.number(opened, 0x3B6F, 0);
        assertThat(raw.state(opened)).isEqualTo(RUNNING);
        migration.setGuestState(new byte[0]);
        loading = raw.state(opened, RESUMING);
        assertThat(raw.write(loading, stream)).isEqualTo(23);
        assertThat(calls.pread(loading, buffer, 1, 0)).isEqualTo(-29);
        assertThat(raw.state(opened, RUNNING)).isEqualTo(-1);
        assertThat(migration.guestState()).isEqualTo(STATE);
        assertThat(raw.write(loading, stream)).isEqualTo(-19);
    }

    @Test
    void garbageIsRefusedAndStaysInResuming() {
        int opened = open(new FakeMigration(1));
        int loading = raw.state(opened, RESUMING);
        byte[] stream = FakeMigration.streamOf(STATE);
        stream[20] ^= 1;
        raw.write(loading, stream);
        assertThat(raw.state(opened, RUNNING)).isEqualTo(-1022);
        assertThat(raw.state(opened)).isEqualTo(RESUMING);
    }

    @Test
    void illegalTargetsChangeNothing() {
        int opened = open(new FakeMigration(1));
        assertThat(raw.state(opened, 8)).isEqualTo(-1022);
        assertThat(raw.state(opened, 0)).isEqualTo(-1022);
        assertThat(raw.state(opened, PRE_COPY)).isEqualTo(-1022);
        assertThat(raw.state(opened, RUNNING)).isEqualTo(-1);
        assertThat(raw.state(opened)).isEqualTo(RUNNING);
        var memory = words(16, 0x20002, 8, 77);
        calls.ioctl(opened, FEATURE, memory);
        assertThat(word(memory, 3)).isEqualTo(-1);
    }

    @Test
    void aFailedArcLeavesTheStateReachedOrError() {
        var migration = new FakeMigration(3).failArc(STOP, STOP_COPY, 5).failArc(STOP, STOP_COPY, 5, 0);
        int opened = open(migration);
        assertThat(raw.state(opened, STOP_COPY)).isEqualTo(-1005);
        assertThat(raw.state(opened)).isEqualTo(STOP);
        assertThat(raw.state(opened, STOP_COPY)).isEqualTo(-1005);
        assertThat(raw.state(opened)).isZero();
        assertThat(raw.state(opened, RUNNING)).isEqualTo(-1022);
        assertThat(raw.state(opened, 0)).isEqualTo(-1);
        raw.number(opened, 0x3B6F, 0);
        assertThat(raw.state(opened)).isEqualTo(RUNNING);
        migration.refuseNextDescriptor();
        assertThat(raw.state(opened, STOP_COPY)).isEqualTo(-1024);
        assertThat(raw.state(opened)).isEqualTo(STOP_COPY);
        migration.stateAnswer(42);
        assertThat(raw.state(opened)).isEqualTo(42);
    }

    @Test
    void preCopyCountsItsDataAndEndsForNow() {
        var migration = new FakeMigration(7).initialBytes(8);
        int opened = open(migration);
        int data = raw.state(opened, PRE_COPY);
        assertThat(raw.ioctl(data, 0x3B79, 23, 0, 0, 0, 0, 0)).isEqualTo(-22);
        assertThat(raw.ioctl(data, 0x3B7A, 24)).isEqualTo(-25);
        var info = words(24, 5, 0, 0, 0, 0);
        assertThat(calls.ioctl(data, 0x3B79, info)).isZero();
        assertThat(word(info, 1)).isEqualTo(5);
        assertThat(pair(info, 2)).isEqualTo(24);
        assertThat(pair(info, 4)).isZero();
        assertThat(read(data)).isEqualTo(24);
        assertThat(read(data)).isEqualTo(-42);
        assertThat(calls.poll(data, 1, 0)).isZero();
        migration.dirty(4);
        assertThat(calls.poll(data, 1, 0)).isEqualTo(1);
        calls.ioctl(data, 0x3B79, info);
        assertThat(pair(info, 4)).isEqualTo(20);
        migration.temporaryEndIsZero(true);
        assertThat(read(data)).isEqualTo(20);
        assertThat(read(data)).isZero();
        migration.dirty(1);
        assertThat(raw.state(opened, STOP_COPY)).isEqualTo(-1);
        assertThat(migration.arcs()).endsWith("6>7", "7>3");
        assertThat(calls.ioctl(data, 0x3B79, info)).isEqualTo(-22);
        assertThat(read(data)).isEqualTo(17 + 23);
        assertThat(read(data)).isZero();
        assertThat(calls.poll(data, 1, 0)).isEqualTo(1);
    }

    @Test
    void newInitialDataIsToldToWhoOptedIn() {
        var migration = new FakeMigration(5).initialBytes(8).knowsReinit(true);
        int opened = open(migration);
        assertThat(raw.ioctl(opened, FEATURE, 8, 0x2000C)).isZero();
        int data = raw.state(opened, PRE_COPY);
        migration.dirty(4);
        migration.newInitialData(2);
        var info = words(24, 0, 0, 0, 0, 0);
        calls.ioctl(data, 0x3B79, info);
        assertThat(word(info, 1)).isEqualTo(1);
        assertThat(pair(info, 2)).isEqualTo(24 + 20 + 18);
        assertThat(pair(info, 4)).isZero();
        device.migration(new FakeMigration(1).knowsReinit(true));
        assertThat(raw.ioctl(opened, FEATURE, 8, 0x6000C)).isEqualTo(-22);
        device.migration(new FakeMigration(7));
        assertThat(raw.ioctl(opened, FEATURE, 8, 0x2000C)).isEqualTo(-25);
    }

    @Test
    void dataThatIsNotReadyBlocksOrIsRefused() {
        var migration = new FakeMigration(1);
        int opened = open(migration);
        int data = raw.state(opened, STOP_COPY);
        migration.notReadyFor(Duration.ofSeconds(20));
        calls.ioctl(data, SystemCalls.SET_NON_BLOCKING, words(1));
        assertThat(read(data)).isEqualTo(-11);
        assertThat(host.clock().nanoTime()).isZero();
        calls.ioctl(data, SystemCalls.SET_NON_BLOCKING, words(0));
        assertThat(read(data)).isEqualTo(23);
        assertThat(host.clock().nanoTime()).isGreaterThanOrEqualTo(20_000_000_000L);
    }

    @Test
    @Timeout(60)
    void aResetEndsABlockedRead() throws InterruptedException {
        host.clock().manual();
        var migration = new FakeMigration(1).goneErrno(22);
        int opened = open(migration);
        int data = raw.state(opened, STOP_COPY);
        migration.notReadyFor(Duration.ofSeconds(20));
        var result = new long[1];
        var reader = new Thread(() -> result[0] = read(data));
        reader.start();
        while (host.clock().waiting() == 0 && reader.isAlive()) {
            Thread.onSpinWait();
        }
        raw.number(opened, 0x3B6F, 0);
        reader.join();
        assertThat(result[0]).isEqualTo(-22);
        assertThat(calls.poll(data, SystemCalls.POLL_WRITABLE, 0)).isEqualTo(8 | 16);
    }

    @Test
    void aResetDuringAnArcWinsWhenTheArcIsDone() {
        var migration = new FakeMigration(1);
        int opened = open(migration);
        migration.beforeArc((from, to) -> {
            if (to == STOP_COPY) {
                raw.number(opened, 0x3B6F, 0);
            }
        });
        int data = raw.state(opened, STOP_COPY);
        assertThat(raw.state(opened)).isEqualTo(RUNNING);
        assertThat(read(data)).isEqualTo(-19);
    }

    @Test
    void someDriversForgetFailedWrites() {
        var migration = new FakeMigration(1).failWriteAt(10, 12);
        int opened = open(migration);
        int loading = raw.state(opened, RESUMING);
        byte[] stream = FakeMigration.streamOf(STATE);
        assertThat(raw.write(loading, stream)).isEqualTo(10);
        assertThat(raw.write(loading, stream)).isEqualTo(-12);
        assertThat(raw.state(opened, RUNNING)).isEqualTo(-1022);
        migration.forgetsFailedWrites(true);
        assertThat(raw.state(opened, RUNNING)).isEqualTo(-1);
    }

    @Test
    void dmaLoggingReportsAndForgets() {
        var logging = new FakeDmaLogging();
        device.logging(logging);
        int opened = open(new FakeMigration(1));
        var ranges = words(0x10000, 0, 0x10000, 0, 0x11000, 0, 0x1000, 0);
        assertThat(start(opened, 0, ranges)).isEqualTo(-22);
        assertThat(start(opened, 257, ranges)).isEqualTo(-7);
        assertThat(start(opened, 2, ranges)).isEqualTo(-22);
        assertThat(start(opened, 1, words(0x10800, 0, 0x1000, 0))).isEqualTo(-22);
        assertThat(start(opened, 1, words(-4096, -1, 0x2000, 0))).isEqualTo(-75);
        assertThat(start(opened, 1, ranges)).isZero();
        logging.recordWrite(0x12fff, 2);
        logging.recordWrite(0x30000, 1);
        var bitmap = words(1, 0);
        assertThat(report(opened, 0x10000, 4096, bitmap)).isZero();
        assertThat(word(bitmap, 0)).isEqualTo(0b1101);
        var next = words(0, 0);
        assertThat(report(opened, 0x10000, 4096, next)).isZero();
        assertThat(word(next, 0)).isZero();
        assertThat(report(opened, 0x10000, 2048, bitmap)).isEqualTo(-22);
        assertThat(raw.ioctl(opened, FEATURE, 8, 0x20007)).isZero();
        assertThat(report(opened, 0x10000, 4096, bitmap)).isEqualTo(-22);
    }

    private int start(int opened, int count, MemorySegment ranges) {
        long at = ranges.address();
        return raw.ioctl(opened, FEATURE, 32, 0x20006, 4096, 0, count, 0, (int) at, (int) (at >> 32));
    }

    private int report(int opened, int length, int page, MemorySegment bitmap) {
        long at = bitmap.address();
        return raw.ioctl(
                opened, FEATURE, 40, 0x10008, 0x10000, 0, length, 0, page, 0, (int) at, (int) (at >> 32));
    }
}
