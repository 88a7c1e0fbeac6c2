package io.nvmelm.transport.vfio.passthrough;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.nvme.Completion;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.transport.vfio.linux.OpenFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The structure has every byte where the kernel expects it, and what comes back is read from where the kernel puts it.
class CommandBlockTest {
    private static final long ADDRESS = 0x7F01_0203_0405_6000L;

    private final ScriptedHost host = new ScriptedHost().driver(block -> 0);
    private final OpenFile node = host.openNode();
    private final CommandBlock block = new CommandBlock(0);

    @AfterEach
    void close() {
        node.close();
    }

    /// Every byte but the opcode's is its own offset plus 80h, so that a byte out of place shows.
    private static MemorySegment entry(int opcode) {
        var bytes = new byte[64];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (0x80 + i);
        }
        bytes[0] = (byte) opcode;
        bytes[1] = 0;
        return MemorySegment.ofArray(bytes);
    }

    private byte[] given(MemorySegment entry, long address, long byteSize, Duration timeout) {
        block.fill(entry, address, byteSize);
        block.execute(host.host(), node, timeout);
        return host.blocks().getLast();
    }

    @Test
    void everyByteOfTheStructureIsInItsPlace() {
        byte[] expected = HexFormat.ofDelimiter(" ").parseHex(
                "42 00 00 00 84 85 86 87 88 89 8a 8b 8c 8d 8e 8f "
                        + "00 00 00 00 00 00 00 00 00 60 05 04 03 02 01 7f "
                        + "00 00 00 00 00 10 02 00 a8 a9 aa ab ac ad ae af "
                        + "b0 b1 b2 b3 b4 b5 b6 b7 b8 b9 ba bb bc bd be bf "
                        + "d2 04 00 00 00 00 00 00 00 00 00 00 00 00 00 00");
        assertThat(ByteOrder.nativeOrder()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(given(entry(0x42), ADDRESS, 0x21000, Duration.ofMillis(1234))).isEqualTo(expected);
    }

    @Test
    void nothingOfTheCommandBeforeIsLeft() {
        host.driver(given -> {
            given.set(ValueLayout.JAVA_LONG, 72, -1L);
            return 0;
        });
        given(entry(0x42), ADDRESS, 4096, Duration.ofSeconds(9));
        byte[] second = given(MemorySegment.ofArray(new byte[64]), 0, 0, Duration.ofMillis(1));
        var expected = new byte[80];
        expected[64] = 1;
        assertThat(second).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0x00,false", "0x1C,false", "0x01,true", "0x41,true", "0x02,true", "0x42,true", "0xFE,true",
        "0xFC,false"})
    void dataAreNamedOnlyWhereTheOpcodeMovesThem(int opcode, boolean moves) {
        var bytes = MemorySegment.ofArray(given(entry(opcode), ADDRESS, 512, Duration.ofSeconds(1)));
        assertThat(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 24)).isEqualTo(moves ? ADDRESS : 0);
        assertThat(bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 36)).isEqualTo(moves ? 512 : 0);
    }

    @Test
    void noBytesMeanNoAddress() {
        var bytes = MemorySegment.ofArray(given(entry(0x42), ADDRESS, 0, Duration.ofSeconds(1)));
        assertThat(bytes.get(ValueLayout.JAVA_LONG_UNALIGNED, 24)).isZero();
    }

    @ParameterizedTest
    @CsvSource({"0x00,0x00", "0x40,0x00", "0x80,0x00", "0xC0,0x00", "0x01,0x01", "0x42,0x02"})
    void theKindOfDataPointerIsTheKernelsAndFusingIsHandedOnToBeRefused(int flags, int passed) {
        var entry = entry(0x06);
        entry.set(ValueLayout.JAVA_BYTE, 1, (byte) flags);
        assertThat(given(entry, ADDRESS, 4096, Duration.ofSeconds(1))[1]).isEqualTo((byte) passed);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.000000001S,1",
        "PT0.001S,1",
        "PT0.001000001S,2",
        "PT0.0015S,2",
        "PT60S,60000",
        "PT596H31M23.646S,2147483646",
        "PT596H31M23.647S,2147483647",
        "PT596H31M23.648S,2147483647",
        "P1000000D,2147483647",
        "PT9223372036854775807S,2147483647"
    })
    void timeIsRoundedUpToMillisecondsAndNeverTheDriversOwn(Duration timeout, int millis) {
        var bytes = MemorySegment.ofArray(given(entry(0x06), ADDRESS, 4096, timeout));
        assertThat(bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 64)).isEqualTo(millis);
    }

    @ParameterizedTest
    @CsvSource({"0", "1", "0x00000000FFFFFFFF", "0x0123456789ABCDEF", "-1"})
    void bothDwordsOfTheResultArrive(String result) {
        long value = Long.decode(result);
        host.driver(given -> {
            given.set(ValueLayout.JAVA_LONG, 72, value);
            return 0;
        });
        block.fill(entry(0x06), ADDRESS, 4096);
        var completion = block.execute(host.host(), node, Duration.ofSeconds(1));
        assertThat(completion.isSuccess()).isTrue();
        assertThat(completion.dword0()).isEqualTo((int) value);
        assertThat(completion.dword1()).isEqualTo((int) (value >> 32));
    }

    @Test
    void aSuccessWithoutResultIsTheSharedOne() {
        block.fill(entry(0x06), ADDRESS, 4096);
        assertThat(block.execute(host.host(), node, Duration.ofSeconds(1))).isSameAs(Completion.success());
    }

    @Test
    void aPositiveAnswerIsAStatusWithAllItsParts() {
        host.driver(given -> {
            given.set(ValueLayout.JAVA_LONG, 72, 0x1_0000_0002L);
            return 0x7801 | 0x0100;
        });
        block.fill(entry(0x06), ADDRESS, 4096);
        var completion = block.execute(host.host(), node, Duration.ofSeconds(1));
        assertThat(completion.dword0()).isEqualTo(2);
        assertThat(completion.dword1()).isEqualTo(1);
        var status = completion.status();
        assertThat(status.codeType()).isEqualTo(1);
        assertThat(status.code()).isEqualTo(1);
        assertThat(status.commandRetryDelay()).isEqualTo(3);
        assertThat(status.more()).isTrue();
        assertThat(status.doNotRetry()).isTrue();
    }

    @Test
    void statusesKeepTheirNames() {
        host.driver(given -> 0x4001);
        block.fill(entry(0x06), ADDRESS, 4096);
        var status = block.execute(host.host(), node, Duration.ofSeconds(1)).status();
        assertThat(status.statusCode()).contains(StatusCode.INVALID_COMMAND_OPCODE);
        assertThat(status.doNotRetry()).isTrue();
    }
}
