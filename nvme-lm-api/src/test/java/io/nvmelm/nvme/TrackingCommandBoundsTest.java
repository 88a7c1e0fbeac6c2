package io.nvmelm.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.nvmelm.InvalidValueException;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrackingCommandBoundsTest {

    @Test
    void selectValuesAreThoseOfTheTables() {
        assertThat(CreateControllerDataQueueCommand.SELECT).isZero();
        assertThat(DeleteControllerDataQueueCommand.SELECT).isEqualTo(1);
        assertThat(LogUserDataChangesCommand.SELECT).isZero();
        assertThat(TrackMemoryChangesCommand.SELECT).isEqualTo(1);
        assertThat(TrackedMemoryChangesCommand.SELECT).isZero();
        assertThat(SetQueueHeadCommand.FEATURE).isEqualTo(33);
    }

    @Test
    void opcodesAndDataSizesFollowFromTheCommand() {
        check(new CreateControllerDataQueueCommand(18, true, 1024), 0x45, 0);
        check(new DeleteControllerDataQueueCommand(3), 0x45, 0);
        check(new LogUserDataChangesCommand(3, true), 0x3D, 0);
        check(new TrackMemoryChangesCommand(18, true, 20), 0x3D, 20);
        check(TrackMemoryChangesCommand.stop(18), 0x3D, 0);
        check(new TrackedMemoryChangesCommand(18, 1024), 0x3E, 4096);
        check(new SetQueueHeadCommand(3, 5, OptionalLong.of(9)), 0x09, 0);
        check(new GetQueueHeadCommand(3), 0x0A, 512);
        check(new VendorMigrationCommand(VendorMigrationOperation.QUERY_SIZE, 1, 0), 0xC4, 0);
        check(new VendorMigrationCommand(VendorMigrationOperation.SUSPEND, 1, 0), 0xC8, 0);
        check(new VendorMigrationCommand(VendorMigrationOperation.RESUME, 1, 0), 0xCC, 0);
        check(new VendorMigrationCommand(VendorMigrationOperation.SAVE, 1, 8192), 0xD2, 8192);
        check(new VendorMigrationCommand(VendorMigrationOperation.LOAD, 1, 8192), 0xD5, 8192);
    }

    @ParameterizedTest
    @ValueSource(ints = {65_536, -1})
    void identifiersHaveSixteenBits(int value) {
        refuses("CNTLID", () -> new CreateControllerDataQueueCommand(value, true, 8));
        refuses("CDQID", () -> new DeleteControllerDataQueueCommand(value));
        refuses("CDQID", () -> new LogUserDataChangesCommand(value, true));
        refuses("CNTLID", () -> TrackMemoryChangesCommand.stop(value));
        refuses("CNTLID", () -> new TrackedMemoryChangesCommand(value, 4));
        refuses("CDQID", () -> new SetQueueHeadCommand(value, 0, OptionalLong.empty()));
        refuses("CDQID", () -> new GetQueueHeadCommand(value));
        refuses("VF index", () -> new VendorMigrationCommand(VendorMigrationOperation.RESUME, value, 0));
        refuses("CNTLID", () -> new TrackedMemoryChanges(false, false, value, 0, List.of()));
        refuses("RPMPG", () -> new TrackedMemoryChanges(false, false, 0, value, List.of()));
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, 1L << 32})
    void slotsHaveThirtyTwoBits(long slot) {
        refuses("HP", () -> new SetQueueHeadCommand(1, slot, OptionalLong.empty()));
        refuses("TPT", () -> new SetQueueHeadCommand(1, 0, OptionalLong.of(slot)));
        refuses("HP", () -> new QueueHead(slot, 0));
        refuses("TPT", () -> new QueueHead(0, slot));
        refuses("LEN", () -> new MemoryRangeDescriptor(0, slot));
        refuses("NSID", () -> entry(slot, 0, 1, EntrySequence.ORDINARY, ChangeScope.RANGE));
    }

    @Test
    void aQueueHasASize() {
        refuses("CDQSIZE", () -> new CreateControllerDataQueueCommand(1, true, 0));
        refuses("CDQSIZE", () -> new CreateControllerDataQueueCommand(1, true, 1L << 32));
        assertThat(new CreateControllerDataQueueCommand(1, true, 0xFFFF_FFFFL).dwordCount()).isEqualTo(4_294_967_295L);
    }

    @Test
    void aReportHasRoomForItsHeader() {
        refuses("dwordCount", () -> new TrackedMemoryChangesCommand(1, 3));
        refuses("dwordCount", () -> new TrackedMemoryChangesCommand(1, (1L << 32) + 1));
        assertThat(new TrackedMemoryChangesCommand(1, 1L << 32).dataByteSize()).isEqualTo(1L << 34);
    }

    @Test
    void dataGoWithTheOperationsThatMoveThem() {
        refuses("dataByteSize", () -> new TrackMemoryChangesCommand(1, false, 20));
        refuses("dataByteSize", () -> new TrackMemoryChangesCommand(1, true, -1));
        refuses("dataByteSize", () -> new VendorMigrationCommand(VendorMigrationOperation.SUSPEND, 1, 4));
        refuses("dataByteSize", () -> new VendorMigrationCommand(VendorMigrationOperation.LOAD, 1, 1L << 32));
        refuses("VF index - 1", () -> new VendorMigrationCommand(VendorMigrationOperation.LOAD, 0, 4));
    }

    @Test
    void structuresHaveTheSizeOfTheirRanges() {
        var range = new MemoryRangeDescriptor(0x1000, 2);
        assertThat(new MemoryTrackingRequest(0, List.of()).byteSize()).isEqualTo(8);
        assertThat(new MemoryTrackingRequest(9, List.of(range, range)).byteSize()).isEqualTo(32);
        assertThat(new TrackedMemoryChanges(true, false, 18, 0, List.of()).byteSize()).isEqualTo(16);
        assertThat(new TrackedMemoryChanges(true, false, 18, 0, List.of(range, range, range)).byteSize()).isEqualTo(64);
        refuses("RMRTG", () -> new MemoryTrackingRequest(256, List.of()));
    }

    @Test
    void anEntryNamesARangeOrIsFirstOrLast() {
        entry(1, 0, 1L << 32, EntrySequence.LAST_FULL, ChangeScope.RANGE);
        entry(1, 0, 0, EntrySequence.FIRST, ChangeScope.NAMESPACE);
        entry(0, 0, 0, EntrySequence.LAST_SUSPENDED, ChangeScope.NONE);
        refuses("LBACIR", () -> entry(1, 0, 0, EntrySequence.ORDINARY, ChangeScope.NAMESPACE));
        refuses("LBACIR", () -> entry(0, 0, 0, EntrySequence.ORDINARY, ChangeScope.NONE));
        refuses("NSID", () -> entry(1, 0, 0, EntrySequence.FIRST, ChangeScope.NONE));
        refuses("SLBA", () -> entry(1, 5, 0, EntrySequence.FIRST, ChangeScope.NAMESPACE));
        refuses("blockCount", () -> entry(1, 0, 8, EntrySequence.FIRST, ChangeScope.NAMESPACE));
        refuses("blockCount", () -> entry(1, 0, 0, EntrySequence.ORDINARY, ChangeScope.RANGE));
        refuses("blockCount", () -> entry(1, 0, (1L << 32) + 1, EntrySequence.ORDINARY, ChangeScope.RANGE));
    }

    @ParameterizedTest
    @CsvSource({"0, ORDINARY", "1, FIRST", "2, LAST_STOPPED", "3, LAST_SUSPENDED", "4,", "5,", "6,", "7, LAST_FULL"})
    void theSequenceOfEntriesIsThreeBits(int bits, EntrySequence expected) {
        assertThat(EntrySequence.fromValue(bits).orElse(null)).isEqualTo(expected);
        assertThat(EntrySequence.fromValue(bits | 0xF8).orElse(null)).isEqualTo(expected);
        if (expected != null) {
            assertThat(expected.value()).isEqualTo(bits);
        }
    }

    @ParameterizedTest
    @CsvSource({"0, RANGE", "1, NAMESPACE", "2, NONE", "3,"})
    void theScopeOfAnEntryIsTwoBits(int bits, ChangeScope expected) {
        assertThat(ChangeScope.fromValue(bits).orElse(null)).isEqualTo(expected);
        assertThat(ChangeScope.fromValue(bits | 4).orElse(null)).isEqualTo(expected);
        if (expected != null) {
            assertThat(expected.value()).isEqualTo(bits);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0x00000004, 3, 4, 0, true", "0x00000104, 3, 4, 1, true", "0x00000204, 3, 4, 2, false",
        "0x00000004, 4, 4, 0, false", "0x00010000, 3, 0, 0, false"
    })
    void oneShotEventsNameTheirQueue(int dword0, int dword1, int type, int information, boolean ofQueue3) {
        var event = AsynchronousEvent.of(new Completion(dword0, dword1, NvmeStatus.SUCCESS));

        assertThat(event.type()).isEqualTo(type);
        assertThat(event.information()).isEqualTo(information);
        assertThat(event.isOfQueue(3)).isEqualTo(ofQueue3);
    }

    private static LbaMigrationEntry entry(
            long namespaceId, long firstBlock, long blockCount, EntrySequence sequence, ChangeScope scope) {
        return new LbaMigrationEntry(namespaceId, firstBlock, blockCount, false, sequence, scope, true);
    }

    private static void check(AdminCommand command, int opcode, long dataByteSize) {
        assertThat(command.opcode().value()).isEqualTo(opcode);
        assertThat(command.dataByteSize()).isEqualTo(dataByteSize);
    }

    private static void refuses(String field, Runnable construction) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(construction::run)
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}
