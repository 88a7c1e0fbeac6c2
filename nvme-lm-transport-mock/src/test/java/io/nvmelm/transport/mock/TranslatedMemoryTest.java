package io.nvmelm.transport.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.mock.AddressTranslation.Access;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TranslatedMemoryTest {
    private static final int PAGE = 4096;
    private final Map<Long, MemorySegment> pages = new HashMap<>();
    private final List<Access> accesses = new ArrayList<>();
    private final GuestMemory memory = GuestMemory.translated(this::piece);

    private MemorySegment piece(long address, long byteSize, Access access) {
        accesses.add(access);
        var page = pages.get(address / PAGE);
        long inPage = address % PAGE;
        return page == null ? null : page.asSlice(inPage, Math.min(byteSize, PAGE - inPage));
    }

    private MemorySegment map(long address) {
        var page = Arena.ofAuto().allocate(PAGE, PAGE);
        pages.put(address / PAGE, page);
        return page;
    }

    @Test
    void bytesAreMovedToWhereTheTranslationPointsPieceByPiece() {
        var first = map(0x7000);
        var second = map(0x8000);
        var source = MemorySegment.ofArray(new byte[] {1, 2, 3, 4, 5, 6});
        memory.write(0x7FFD, source, 0, 6);
        assertThat(first.get(ValueLayout.JAVA_BYTE, PAGE - 1)).isEqualTo((byte) 3);
        assertThat(second.get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 4);
        var target = MemorySegment.ofArray(new byte[6]);
        memory.read(0x7FFD, target, 0, 6);
        assertThat(target.mismatch(source)).isEqualTo(-1);
        memory.zero(0x7FFE, 3);
        memory.read(0x7FFD, target, 0, 6);
        assertThat(target.toArray(ValueLayout.JAVA_BYTE)).containsExactly(1, 0, 0, 0, 5, 6);
    }

    @Test
    void wordsAreLittleEndianInTheMemoryBehind() {
        var page = map(0x7000);
        memory.setLong(0x7008, 0x0807_0605_0403_0201L);
        memory.setIntRelease(0x7010, 0x1234_5678);
        assertThat(page.get(ValueLayout.JAVA_BYTE, 8)).isEqualTo((byte) 1);
        assertThat(memory.getIntAcquire(0x7010)).isEqualTo(0x1234_5678);
        assertThat(memory.getShort(0x700A)).isEqualTo((short) 0x0403);
        memory.setShort(0x700A, (short) 0);
        memory.setInt(0x700C, 9);
        assertThat(memory.getLong(0x7008)).isEqualTo(0x9_0000_0201L);
        assertThat(memory.getInt(0x700C)).isEqualTo(9);
    }

    @Test
    void anAddressWithoutMemoryIsRefusedAsOutOfBounds() {
        map(0x7000);
        var bytes = MemorySegment.ofArray(new byte[16]);
        assertThat(memory.contains(0x7FF0, 16)).isTrue();
        assertThat(memory.contains(0x7FF8, 16)).isFalse();
        assertThat(memory.contains(-16, 16)).isFalse();
        assertThat(memory.contains(Long.MAX_VALUE, 16)).isFalse();
        assertThatThrownBy(() -> memory.read(0x7FF8, bytes, 0, 16))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("8000h with 8 bytes");
        assertThatThrownBy(() -> memory.write(-16, bytes, 0, 16)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.setInt(0x9000, 1)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> memory.getLong(0x7004)).isInstanceOf(InvalidValueException.class);
    }

    @Test
    void theTranslationLearnsWhetherMemoryIsReadOrWritten() {
        map(0x7000);
        memory.contains(0x7000, 8);
        memory.read(0x7000, MemorySegment.ofArray(new byte[8]), 0, 8);
        memory.setInt(0x7000, 1);
        memory.getInt(0x7000);
        assertThat(accesses).containsExactly(Access.PROBE, Access.READ, Access.WRITE, Access.READ);
    }

    @Test
    void aControllerWorksInTranslatedMemory() {
        mapQueues();
        map(TestHost.DATA);
        var host = host().bringUp();
        var answer = host.admin(0x06, e -> e.prp1(TestHost.DATA).cdw10(1));
        assertThat(answer.is(StatusCode.SUCCESSFUL_COMPLETION)).isTrue();
        var serial = new byte[7];
        memory.read(TestHost.DATA + 4, MemorySegment.ofArray(serial), 0, 7);
        assertThat(new String(serial, StandardCharsets.US_ASCII)).isEqualTo("MEM0001");
    }

    @Test
    void dataThatIsNotMappedIsADataTransferError() {
        mapQueues();
        var answer = host().bringUp().admin(0x06, e -> e.prp1(TestHost.DATA).cdw10(1));
        assertThat(answer.is(StatusCode.DATA_TRANSFER_ERROR)).isTrue();
    }

    @Test
    void aQueueThatIsNotMappedAnyMoreIsFatal() {
        mapQueues();
        var host = host().bringUp();
        pages.remove(TestHost.ADMIN_COMPLETION / PAGE);
        host.put(0, 0x06, e -> e.prp1(TestHost.ADMIN_SUBMISSION).cdw10(1));
        host.ring(0);
        host.clock.runUntilIdle();
        assertThat(host.controller.readRegister32(NvmRegisters.CSTS)).isEqualTo(3);
    }

    private void mapQueues() {
        map(TestHost.ADMIN_SUBMISSION);
        map(TestHost.ADMIN_COMPLETION);
    }

    private TestHost host() {
        return new TestHost(
                InMemorySubsystem.builder(new VirtualClock()).build().controllingController(), memory);
    }
}
