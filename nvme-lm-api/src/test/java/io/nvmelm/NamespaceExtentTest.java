package io.nvmelm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamespaceExtentTest {

    @Test
    void theByteSizeIsThatOfAllBlocks() {
        assertThat(new NamespaceExtent(1, 262_144, 4096).byteSize()).isEqualTo(1L << 30);
        assertThat(new NamespaceExtent(0xFFFF_FFFEL, Long.MAX_VALUE / 512, 512).byteSize()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 512, namespaceId", "4294967295, 1, 512, namespaceId", "-1, 1, 512, namespaceId",
        "1, 0, 512, blockCount", "1, 18014398509481984, 512, blockCount", "1, -1, 512, blockCount",
        "1, 1, 256, blockByteSize", "1, 1, 513, blockByteSize", "1, 1, 0, blockByteSize", "1, 1, -512, blockByteSize"
    })
    void whatCannotBeANamespaceIsRefused(long namespaceId, long blockCount, int blockByteSize, String field) {
        assertThatExceptionOfType(InvalidValueException.class)
                .isThrownBy(() -> new NamespaceExtent(namespaceId, blockCount, blockByteSize))
                .satisfies(e -> assertThat(e.field()).isEqualTo(field));
    }
}
