package io.nvmelm.core.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nvmelm.InvalidValueException;
import io.nvmelm.NamespaceExtent;
import io.nvmelm.TransferOptions;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserDataLogOptionsTest {
    @Test
    void boundsAreChecked() {
        var options = UserDataLogOptions.defaults();
        assertThatThrownBy(() -> options.withChangeBytes(65_535)).isInstanceOf(InvalidValueException.class);
        assertThatThrownBy(() -> options.withChangeBytes((1L << 34) + 1)).isInstanceOf(InvalidValueException.class);
        assertThat(options.withChangeBytes(65_536).withSlots(4).withDeleteOnSuspend(true))
                .isEqualTo(new UserDataLogOptions(4, true, 65_536));
        assertThat(options.changeBytes()).isEqualTo(64L << 20);
    }

    @Test
    void theMemoryOfChangesIsThatOfTheOptions() {
        long blocks = 1L << 30;
        long[] modified = new long[2];
        for (int i = 0; i < 2; i++) {
            var device = new RingDevice();
            var log = new UserDataLog(
                    new CommandPort(device),
                    TransferOptions.defaults(),
                    UserDataLogOptions.defaults().withSlots(64).withChangeBytes(i == 0 ? 1 << 16 : 1 << 24),
                    1,
                    "c");
            log.start(List.of(new NamespaceExtent(1, blocks, 512)));
            log.take();
            for (int change = 0; change < 40; change++) {
                device.change(1, change * (blocks / 40), 1, false);
            }
            modified[i] = log.take().modifiedBlocks();
        }
        assertThat(modified[0]).as("more than were").isGreaterThan(40);
        assertThat(modified[1]).isEqualTo(40);
    }
}
