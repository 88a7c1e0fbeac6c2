package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.nvmelm.FailureCategory;
import io.nvmelm.InvalidValueException;
import io.nvmelm.TransportException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the kernel would not check is refused before it is asked, with a typed failure, and costs no place.
class EntryRulesTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int GET_LOG_PAGE = 0x02;
    private static final int IDENTIFY = 0x06;
    private static final int GET_FEATURES = 0x0A;
    private static final int EVENT_REQUEST = 0x0C;
    private static final int RESERVED = 0x78;

    private final ScriptedHost host = new ScriptedHost();
    private final PassthroughQueue queue =
            PassthroughQueue.open(host.host(), ScriptedHost.ADDRESS, Optional.empty(), 1, TIMEOUT);
    private final int sentAtOpening = host.blocks().size();

    @AfterEach
    void theOnlyPlaceIsFreeAndNothingIsLeft() {
        assertThat(queue.submit(entry(RESERVED), null, 0, TIMEOUT)).isCompleted();
        queue.close();
        assertThat(host.openFiles()).isEmpty();
        assertThat(host.mappedPieces()).isZero();
    }

    private static MemorySegment entry(int opcode) {
        var entry = MemorySegment.ofArray(new byte[64]);
        entry.set(ValueLayout.JAVA_BYTE, 0, (byte) opcode);
        return entry;
    }

    private InvalidValueException refusal(MemorySegment entry, PassthroughMemory memory, long dataByteSize) {
        var refusal = catchThrowableOfType(
                InvalidValueException.class, () -> queue.submit(entry, memory, dataByteSize, TIMEOUT));
        assertThat(refusal).isNotNull();
        assertNothingWasSent();
        return refusal;
    }

    private void assertNothingWasSent() {
        assertThat(host.blocks()).hasSize(sentAtOpening);
    }

    @Test
    void anAsynchronousEventRequestIsRefusedWithTheReason() {
        var future = queue.submit(entry(EVENT_REQUEST), null, 0, TIMEOUT);
        var failure = (TransportException) catchThrowableOfType(CompletionException.class, future::join).getCause();
        assertThat(failure).hasMessageContaining("belong to the kernel's driver").hasMessageContaining("not sent");
        assertThat(failure.category()).isEqualTo(FailureCategory.ABORT_MIGRATION);
        assertThat(failure.remedy()).contains("dmesg", "NvmeController");
        assertNothingWasSent();
    }

    @Test
    void anIdentifyWithoutDataIsRefused() {
        var refusal = refusal(entry(IDENTIFY), null, 0);
        assertThat(refusal).hasMessageContaining("dataByteSize is 0").hasMessageContaining("4096");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 512, 4095})
    void anIdentifyWithLessDataThanItWritesIsRefused(long dataByteSize) {
        try (var memory = (PassthroughMemory) queue.allocate(8192)) {
            assertThat(refusal(entry(IDENTIFY), memory, dataByteSize).field()).isEqualTo("dataByteSize");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {4096, 8192})
    void anIdentifyWithAllItsDataIsSent(long dataByteSize) {
        try (var memory = queue.allocate(8192)) {
            assertThat(queue.submit(entry(IDENTIFY), memory, dataByteSize, TIMEOUT)).isCompleted();
            assertThat(host.blocks()).hasSize(sentAtOpening + 1);
        }
    }

    private static MemorySegment getFeatures(int cdw10) {
        var entry = entry(GET_FEATURES);
        entry.set(ValueLayout.JAVA_INT_UNALIGNED, 40, cdw10);
        return entry;
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8, 511})
    void theAttributesOfADataQueueWithLessDataThanTheyAreAreRefused(long dataByteSize) {
        try (var memory = (PassthroughMemory) queue.allocate(4096)) {
            assertThat(refusal(getFeatures(0x21), memory, dataByteSize)).hasMessageContaining("512");
            assertThat(refusal(getFeatures(0x121), memory, dataByteSize).field()).isEqualTo("dataByteSize");
        }
    }

    @Test
    void theAttributesOfADataQueueAreReadWithAllTheirDataAndItsCapabilitiesWithout() {
        try (var memory = queue.allocate(4096)) {
            assertThat(queue.submit(getFeatures(0x21), memory, 512, TIMEOUT)).isCompleted();
            assertThat(queue.submit(getFeatures(0x321), null, 0, TIMEOUT)).isCompleted();
            assertThat(queue.submit(getFeatures(0x07), null, 0, TIMEOUT)).isCompleted();
            assertThat(host.blocks()).hasSize(sentAtOpening + 3);
        }
    }

    /// Opcode, CDW10 and bytes of data of every command of migration and tracking that leaves no memory behind.
    @ParameterizedTest
    @CsvSource({
        "0x3D, 0x00000, 0", // Track Send, log user data changes
        "0x3D, 0x10001, 20", // Track Send, track memory changes
        "0x3E, 0x00000, 16", // Track Receive
        "0x41, 0x00000, 0", // Migration Send, suspend
        "0x41, 0x30002, 400", // Migration Send, set controller state
        "0x42, 0x00000, 4096", // Migration Receive
        "0x45, 0x00001, 0", // Controller Data Queue, delete
        "0x09, 0x00021, 0", // Set Features, Controller Data Queue
        "0xC4, 0x00001, 0", // vendor specific of 2022: size, suspend, resume, save, load
        "0xC8, 0x00001, 0",
        "0xCC, 0x00001, 0",
        "0xD2, 0x00001, 3000",
        "0xD5, 0x00001, 3000"
    })
    void commandsOfMigrationAndTrackingAreSentWithTheirData(String opcode, String cdw10, int dataByteSize) {
        var entry = entry(Integer.decode(opcode));
        entry.set(ValueLayout.JAVA_INT_UNALIGNED, 40, Integer.decode(cdw10));
        try (var memory = queue.allocate(4096)) {
            assertThat(queue.submit(entry, dataByteSize == 0 ? null : memory, dataByteSize, TIMEOUT)).isCompleted();
            var sent = host.blocks().getLast();
            assertThat(host.blocks()).hasSize(sentAtOpening + 1);
            assertThat(MemorySegment.ofArray(sent).get(ValueLayout.JAVA_INT_UNALIGNED, 36)).isEqualTo(dataByteSize);
        }
    }

    @Test
    void aCommandWhoseSizeTheOpcodeDoesNotSayMayHaveFewerData() {
        try (var memory = queue.allocate(4096)) {
            assertThat(queue.submit(entry(GET_LOG_PAGE), memory, 4, TIMEOUT)).isCompleted();
            assertThat(queue.submit(entry(GET_LOG_PAGE), null, 0, TIMEOUT)).isCompleted();
        }
    }

    @ParameterizedTest
    @CsvSource({"16,1h", "17,100h", "20,100000000h", "23,100000000000000h"})
    void aMetadataPointerIsRefusedWhereverItHasABit(int byteOffset, String value) {
        var entry = entry(GET_LOG_PAGE);
        entry.set(ValueLayout.JAVA_BYTE, byteOffset, (byte) 1);
        assertThat(refusal(entry, null, 0))
                .hasMessageContaining("metadata pointer (MPTR) is " + value)
                .hasMessageContaining("no metadata");
    }

    @ParameterizedTest
    @ValueSource(ints = {15, 24, 39})
    void whatLiesAroundTheMetadataPointerIsNotTakenForIt(int byteOffset) {
        var entry = entry(GET_LOG_PAGE);
        entry.set(ValueLayout.JAVA_BYTE, byteOffset, (byte) 1);
        assertThat(queue.submit(entry, null, 0, TIMEOUT)).isCompleted();
    }

    @Test
    void anEntryWhoseArenaIsClosedIsRefused() {
        MemorySegment entry;
        try (var arena = Arena.ofConfined()) {
            entry = arena.allocate(64, 8);
        }
        try (var memory = (PassthroughMemory) queue.allocate(4096)) {
            assertThat(refusal(entry, null, 0)).hasMessageContaining("alive");
            assertThat(refusal(entry, memory, 512).field()).isEqualTo("entry");
        }
    }

    @Test
    void anEntryOfAnotherThreadIsRefused() throws InterruptedException {
        try (var arena = Arena.ofConfined()) {
            var entry = arena.allocate(64, 8);
            var refusal = new Throwable[1];
            Thread.ofPlatform()
                    .start(() -> refusal[0] = catchThrowableOfType(
                            InvalidValueException.class, () -> queue.submit(entry, null, 0, TIMEOUT)))
                    .join();
            assertThat(refusal[0]).isNotNull().hasMessageContaining("read by this thread");
            assertNothingWasSent();
        }
    }
}
